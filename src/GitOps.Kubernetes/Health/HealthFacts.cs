using System.Collections.Frozen;
using System.Globalization;
using GitOps.Limits;

namespace GitOps.Kubernetes.Health;

/// <summary>The table of facts on custom kinds, <c>health-facts.txt</c>: its head explains the language.</summary>
internal sealed class HealthFacts
{
    private readonly FrozenDictionary<string, Line[]> _kinds;
    private readonly List<(string Suffix, string Kind, Line[] Lines)> _wild;
    private readonly FrozenDictionary<string, Line[]> _shared;

    private HealthFacts(Dictionary<string, Line[]> kinds, List<(string, string, Line[])> wild, Dictionary<string, Line[]> shared)
    {
        _kinds = kinds.ToFrozenDictionary(StringComparer.Ordinal);
        _wild = wild;
        _shared = shared.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The table that comes with the package.</summary>
    public static HealthFacts Default { get; } = Load();

    /// <summary>How many kinds have an entry.</summary>
    public int Count => _kinds.Count + _wild.Count;

    /// <summary>Judges an object; <see langword="null"/> when nothing is known of its kind.</summary>
    public Verdict? Assess(MapNode live)
    {
        var lines = Find(Manifest.GroupOf(live.GetString("apiVersion") ?? ""), live.GetString("kind") ?? "");
        return lines is null ? null : Run(lines, live) ?? new Verdict(HealthStatus.InProgress, "its controller has not reported on it yet");
    }

    /// <summary>Reads a table.</summary>
    /// <exception cref="FormatException">A line is not in the language.</exception>
    public static HealthFacts Parse(string text)
    {
        Dictionary<string, Line[]> kinds = new(StringComparer.Ordinal);
        Dictionary<string, Line[]> shared = new(StringComparer.Ordinal);
        List<(string, string, Line[])> wild = [];
        string? head = null;
        List<Line> lines = [];
        var number = 0;
        foreach (var raw in text.Split('\n').Append("end"))
        {
            number++;
            var line = raw.TrimEnd();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] == ' ')
            {
                lines.Add(ParseLine(line.Trim(), number));
                continue;
            }

            Close();
            head = line;
        }

        return new HealthFacts(kinds, wild, shared);

        void Close()
        {
            if (head is null)
            {
                return;
            }

            var slash = head.IndexOf('/', StringComparison.Ordinal);
            var (group, names) = slash > 0 ? (head[..slash], head[(slash + 1)..].Split(',')) : throw new FormatException($"'{head}' is not group/Kind.");
            Line[] all = [.. lines];
            foreach (var kind in names)
            {
                if (group == "shared")
                {
                    shared.Add(kind, all);
                }
                else if (group.StartsWith("*.", StringComparison.Ordinal) || kind == "*")
                {
                    wild.Add((group.TrimStart('*'), kind, all));
                }
                else
                {
                    kinds.Add($"{group}/{kind}", all);
                }
            }

            lines.Clear();
        }
    }

    private static HealthFacts Load()
    {
        using var stream = typeof(HealthFacts).Assembly.GetManifestResourceStream("health-facts.txt")
            ?? throw new InvalidOperationException("The table of health facts is missing from the assembly.");
        return Parse(BoundedRead.Decode(BoundedRead.Stream(stream, "health-facts.txt", 1024 * 1024)));
    }

    private Line[]? Find(string group, string kind)
    {
        if (_kinds.TryGetValue($"{group}/{kind}", out var exact))
        {
            return exact;
        }

        foreach (var (suffix, name, lines) in _wild)
        {
            if ((name == "*" || name == kind) && (suffix[0] == '.' ? group.EndsWith(suffix, StringComparison.Ordinal) : group == suffix))
            {
                return lines;
            }
        }

        return null;
    }

    private Verdict? Run(Line[] lines, MapNode live)
    {
        foreach (var line in lines)
        {
            var verdict = line switch
            {
                IfLine test => test.Run(live),
                FirstLine first => first.Run(live),
                UseLine use => _shared.TryGetValue(use.Name, out var shared) ? Run(shared, live) : CustomShapes.Run(use.Name, live),
                _ => null,
            };
            if (verdict is not null)
            {
                return verdict;
            }
        }

        return null;
    }

    // --- The language ---

    private static Line ParseLine(string line, int number)
    {
        if (line.StartsWith("use ", StringComparison.Ordinal))
        {
            return new UseLine(line[4..]);
        }

        if (line.StartsWith("else ", StringComparison.Ordinal))
        {
            return new IfLine(Status(line[5..], number), [], "");
        }

        if (line.StartsWith("first ", StringComparison.Ordinal))
        {
            return new FirstLine([.. line[6..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a =>
            {
                var colon = a.LastIndexOf(':');
                return (ConditionTest.Parse(a[..colon]), Status(a[(colon + 1)..], number));
            })]);
        }

        var test = line.IndexOf(" if ", StringComparison.Ordinal);
        if (test <= 0)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Line {number} of the health facts is not in the language: {line}"));
        }

        var terms = line[(test + 4)..];
        return new IfLine(Status(line[..test], number), [.. terms.Split(" & ").Select(t => FactTerm.Parse(t.Trim()))], terms);
    }

    private static HealthStatus Status(string letter, int number) => letter switch
    {
        "H" => HealthStatus.Current,
        "P" => HealthStatus.InProgress,
        "D" => HealthStatus.Failed,
        "S" => HealthStatus.Suspended,
        "U" => HealthStatus.Unknown,
        "M" => HealthStatus.NotFound,
        _ => throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Line {number} of the health facts has no status {letter}.")),
    };

    private abstract record Line;

    private sealed record UseLine(string Name) : Line;

    private sealed record FirstLine((ConditionTest Test, HealthStatus Status)[] Alternatives) : Line
    {
        public Verdict? Run(MapNode live)
        {
            foreach (var condition in Conditions.Of(live))
            {
                foreach (var (test, status) in Alternatives)
                {
                    if (test.Matches(condition))
                    {
                        return new Verdict(status, condition.Text);
                    }
                }
            }

            return null;
        }
    }

    private sealed record IfLine(HealthStatus Status, FactTerm[] Terms, string Text) : Line
    {
        public Verdict? Run(MapNode live)
        {
            foreach (var term in Terms)
            {
                if (!term.Holds(live))
                {
                    return null;
                }
            }

            return new Verdict(Status, Explain(live));
        }

        private string Explain(MapNode live)
        {
            foreach (var term in Terms)
            {
                if (term.Explain(live) is { Length: > 0 } text)
                {
                    return text;
                }
            }

            return CustomShapes.Message(live);
        }
    }
}
