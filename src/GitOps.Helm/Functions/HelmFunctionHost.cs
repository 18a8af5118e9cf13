namespace GitOps.Helm.Functions;

/// <summary>What Helm's context-dependent functions may ask of the world during one rendering.</summary>
internal sealed class HelmFunctionHost
{
    /// <summary>A host that knows no cluster and no network: what <c>helm template</c> has.</summary>
    public static HelmFunctionHost Offline { get; } = new();

    /// <summary>
    /// Answers <c>lookup</c>: apiVersion, kind, namespace, name. The answer is an object or list as plain template values;
    /// <see langword="null"/> means not found. Without it every lookup gives an empty map.
    /// </summary>
    public Func<LookupRequest, CancellationToken, Dictionary<string, object?>?>? Lookup { get; init; }

    /// <summary>Whether <c>getHostByName</c> may ask DNS; otherwise it gives an empty string.</summary>
    public bool EnableDns { get; init; }

    /// <summary>Whether <c>required</c> and <c>fail</c> let rendering go on, as <c>helm lint</c> does.</summary>
    public bool LintMode { get; init; }
}
