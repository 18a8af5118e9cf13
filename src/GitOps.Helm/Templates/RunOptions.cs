namespace GitOps.Helm.Templates;

/// <summary>What belongs to one execution rather than to the parsed templates.</summary>
/// <param name="Host">The object that context-dependent functions ask (Helm's functions expect a <c>HelmFunctionHost</c>).</param>
/// <param name="FailOnMissingKey">Whether a missing map key is an error (<c>missingkey=error</c>) instead of no value.</param>
/// <param name="Time">The clock.</param>
internal sealed record RunOptions(object? Host = null, bool FailOnMissingKey = false, TimeProvider? Time = null);
