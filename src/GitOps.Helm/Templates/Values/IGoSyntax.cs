namespace GitOps.Helm.Templates;

/// <summary>A value that says how it is written in Go (Go's <c>fmt.GoStringer</c>), which <c>%#v</c> prints.</summary>
internal interface IGoSyntax
{
    /// <summary>The Go expression for the value.</summary>
    /// <returns>The text.</returns>
    string GoSyntax();
}
