namespace GitOps.Helm.Templates;

/// <summary>A named Go int that prints as a word, for example <c>time.Month</c>.</summary>
/// <param name="TypeName">The type.</param>
/// <param name="Value">The number.</param>
/// <param name="Text">The word.</param>
internal sealed record GoEnum(string TypeName, int Value, string Text) : IGoNamed, IGoStringer, IGoMethods
{
    /// <inheritdoc/>
    public string GoString() => Text;

    /// <inheritdoc/>
    public TemplateFunction? FindMethod(string name) => name == "String" ? new TemplateFunction(name, (_, _) => Text, []) : null;
}
