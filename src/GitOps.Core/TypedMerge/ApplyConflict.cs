namespace GitOps.TypedMerge;

/// <summary>A field that an apply wants to change and another manager owns.</summary>
/// <param name="Manager">The other manager.</param>
/// <param name="Entry">Its entry, with the version and the time of its last change.</param>
/// <param name="Path">The field's path elements.</param>
internal sealed record ApplyConflict(ManagerId Manager, ManagedEntry Entry, IReadOnlyList<string> Path)
{
    /// <summary>The path as people read it.</summary>
    public string Field => FieldSet.Display(Path);

    /// <summary>The manager as the API server names it: <c>"kubectl" using v1 at 2026-01-02T03:04:05Z</c>.</summary>
    public string DisplayManager
    {
        get
        {
            var text = $"\"{Manager.Manager}\"";
            if (Manager.Subresource.Length > 0)
            {
                text += $" with subresource \"{Manager.Subresource}\"";
            }

            return Manager.Applied ? text : $"{text} using {Manager.ApiVersion}";
        }
    }
}
