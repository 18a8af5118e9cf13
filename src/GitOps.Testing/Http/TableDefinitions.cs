using System.Collections.Frozen;
using System.Globalization;

namespace GitOps.Testing;

/// <summary>Which columns the API server gives the built-in kinds. What it says about each in words is documentation, and left out.</summary>
internal static class TableDefinitions
{
    private static readonly Lazy<FrozenDictionary<(string Group, string Kind), TableColumn[]>> All = new(Load);

    /// <summary>The columns of a kind in their order, or none when the kind is not known. Their cells are empty.</summary>
    public static IReadOnlyList<TableColumn> Of(string group, string kind) => All.Value.GetValueOrDefault((group, kind), []);

    private static FrozenDictionary<(string, string), TableColumn[]> Load()
    {
        using var stream = typeof(TableDefinitions).Assembly.GetManifestResourceStream("GitOps.Testing.table-columns.txt")
            ?? throw new InvalidOperationException("The embedded table columns are missing from the assembly.");
        using var reader = new StreamReader(stream);
        var kinds = new Dictionary<(string, string), TableColumn[]>();
        var columns = new List<TableColumn>();
        var kind = ("", "");
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            if (line.StartsWith("= ", StringComparison.Ordinal))
            {
                kinds[kind] = [.. columns];
                columns.Clear();
                var space = line.LastIndexOf(' ');
                kind = (line[2..Math.Max(2, space)], line[(space + 1)..]);
                continue;
            }

            var parts = line.Split('\t');
            columns.Add(new TableColumn(
                parts[0],
                parts[1],
                "",
                int.Parse(parts[3], CultureInfo.InvariantCulture),
                static (_, _) => ScalarNode.String(""),
                parts[2]));
        }

        kinds[kind] = [.. columns];
        return kinds.ToFrozenDictionary();
    }
}
