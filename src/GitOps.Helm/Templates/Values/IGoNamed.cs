namespace GitOps.Helm.Templates;

/// <summary>A value whose Go type has a name of its own.</summary>
internal interface IGoNamed
{
    /// <summary>The type as <c>%T</c> prints it, for example <c>common.Values</c>.</summary>
    string TypeName { get; }
}
