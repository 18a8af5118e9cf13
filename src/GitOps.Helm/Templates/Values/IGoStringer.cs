namespace GitOps.Helm.Templates;

/// <summary>A value that prints itself (Go's <c>fmt.Stringer</c> or <c>error</c>).</summary>
internal interface IGoStringer
{
    /// <summary>
    /// Whether the method belongs to the pointer type only: then <c>{{ .x }}</c> uses it, but <c>print .x</c> prints the fields.
    /// </summary>
    bool OnlyWhenAddressable => false;

    /// <summary>The text that <c>%v</c> and <c>%s</c> print.</summary>
    /// <returns>The text.</returns>
    string GoString();
}
