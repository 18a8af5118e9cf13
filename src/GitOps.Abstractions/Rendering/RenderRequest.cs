namespace GitOps;

/// <summary>What a renderer is asked to render.</summary>
/// <param name="UnitName">The unit's name.</param>
/// <param name="Tree">The files; every look-up is recorded, so a renderer must read its input through this tree only.</param>
/// <param name="Path">The directory or file to render.</param>
public sealed record RenderRequest(string UnitName, IFileTree Tree, TreePath Path)
{
    /// <summary>The unit's own options for its renderer, of a type the renderer documents; <see langword="null"/> for its defaults.</summary>
    public object? Options { get; init; }

    /// <summary>Decrypts secrets before they are used; <see langword="null"/> when the unit has no decryption.</summary>
    public ISecretDecryptor? Decryptor { get; init; }

    /// <summary>The revision that is rendered; <see langword="null"/> outside the engine.</summary>
    public Revision? Revision { get; init; }
}
