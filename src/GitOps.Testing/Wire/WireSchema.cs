using System.Globalization;

namespace GitOps.Testing;

/// <summary>The field numbers of the built-in kinds, which the protobuf form of an object has in place of names.</summary>
internal static class WireSchema
{
    private static readonly Lazy<Dictionary<string, string>> Lines = new(Load);

    /// <summary>Finds the message of a kind.</summary>
    public static string? MessageOf(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "core" : apiVersion[..slash].Split('.')[0];
        var name = $"{group}.{apiVersion[(slash + 1)..]}.{kind}";
        var options = $"meta.v1.{kind}";
        return Lines.Value.ContainsKey(name) ? name : Lines.Value.ContainsKey(options) ? options : null;
    }

    /// <summary>The fields of a message by number; empty for a message without fields.</summary>
    public static Dictionary<int, WireField> FieldsOf(string message)
    {
        var fields = new Dictionary<int, WireField>();
        foreach (var text in Lines.Value.GetValueOrDefault(message)?.Split(' ') ?? [])
        {
            var mark = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
            var colon = text.LastIndexOf(':');
            fields[int.Parse(text.AsSpan(0, mark), CultureInfo.InvariantCulture)] = new WireField(text[(mark + 1)..colon], text[mark], text[(colon + 1)..]);
        }

        return fields;
    }

    private static Dictionary<string, string> Load()
    {
        using var stream = typeof(WireSchema).Assembly.GetManifestResourceStream("GitOps.Testing.wire-fields.txt")
            ?? throw new InvalidOperationException("The table of field numbers is missing from the assembly.");
        using var reader = new StreamReader(stream);
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0 && line[0] != '#')
            {
                lines[line[..space]] = line[(space + 1)..];
            }
        }

        return lines;
    }
}
