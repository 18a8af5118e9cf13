using System.Text;

namespace GitOps.Helm.Schema;

/// <summary>What a value does wrong, as a tree: combinations hold the failures of their parts.</summary>
internal sealed class SchemaError(string pointer, string message)
{
    public string Pointer { get; } = pointer;

    public string Message { get; } = message;

    public List<SchemaError> Causes { get; init; } = [];

    /// <summary>Whether the node only gathers others.</summary>
    public bool IsGroup { get; init; }

    /// <summary>Whether the node stands for a reference, which is passed over when it has one cause.</summary>
    public bool IsReference { get; init; }

    /// <summary>The text Helm prints: one line a failure, causes indented.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var error in IsGroup ? Causes : [this])
        {
            error.Write(text, 0);
        }

        return text.ToString();
    }

    private void Write(StringBuilder text, int indent)
    {
        if (!(IsReference && Causes.Count == 1))
        {
            if (text.Length > 0)
            {
                text.Append('\n');
            }

            text.Append(' ', indent * 2).Append("- at ").Append(SchemaText.Quote(Pointer)).Append(": ").Append(Message);
            indent++;
        }

        foreach (var cause in Causes)
        {
            cause.Write(text, indent);
        }
    }
}
