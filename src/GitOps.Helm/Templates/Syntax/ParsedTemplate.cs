namespace GitOps.Helm.Templates;

/// <summary>One named template, ready to run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">The name of the text it was parsed from.</param>
/// <param name="Text">That text, for error positions.</param>
/// <param name="Root">Its body.</param>
/// <param name="Slots">How many variables it has, <c>$</c> included.</param>
internal sealed record ParsedTemplate(string Name, string File, string Text, ListNode Root, int Slots)
{
    /// <summary>Whether there is nothing but space and comments, which never replaces another definition.</summary>
    public bool IsBlank { get; } = Root.IsBlank;
}
