using System.Text;

namespace GitOps.Helm.Templates;

/// <summary>A part of a parsed template, which can also run.</summary>
/// <param name="position">Where it stands in the text.</param>
internal abstract class Node(int position)
{
    /// <summary>Where it stands in the text.</summary>
    public int Position { get; } = position;

    /// <summary>Writes the node as Go prints it in error messages.</summary>
    /// <param name="builder">Where to.</param>
    public abstract void Write(StringBuilder builder);

    /// <inheritdoc/>
    public override string ToString()
    {
        var builder = new StringBuilder();
        Write(builder);
        return builder.ToString();
    }
}
