using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Definition;

/// <summary>A field that a transformer changes, on the kinds it selects.</summary>
internal sealed record FieldSpec(Gvk Gvk, string Path, bool Create)
{
    private string[]? _parts;

    /// <summary>The path in pieces; a slash behind a backslash does not part.</summary>
    public string[] Parts => _parts ??= [.. PathSplitter.Split(Path, '/')];

    public static FieldSpec Read(ConfigReader reader) => new(ReadGvk(reader), reader.Text("path"), reader.Flag("create"));

    public static Gvk ReadGvk(ConfigReader reader) => new(reader.EmbeddedText("group"), reader.EmbeddedText("version"), reader.EmbeddedText("kind"));

    public bool Equals(FieldSpec? other) => other is not null && Gvk == other.Gvk && Create == other.Create && string.Equals(Path, other.Path, StringComparison.Ordinal);

    public override int GetHashCode() => HashCode.Combine(Gvk, Path, Create);
}
