namespace GitOps.Helm;

/// <summary>One or more values as <c>--set</c> and its relatives take them: <c>image.tag=1.2,list[0]=x</c>.</summary>
/// <param name="Expression">The expression.</param>
/// <param name="Kind">How its right side is read.</param>
public sealed record HelmSetValue(string Expression, SetValueKind Kind = SetValueKind.Typed) : HelmValuesSource;
