using System.Globalization;

namespace GitOps.Kubernetes.Health;

/// <summary>One term of a fact, see the head of <c>health-facts.txt</c>.</summary>
internal sealed class FactTerm
{
    private static readonly string[] s_operators = ["==", ">=", "!=", ">", "=", "~"];

    private readonly bool _negated;
    private readonly Func<MapNode, bool> _test;
    private readonly ConditionTest? _condition;

    private FactTerm(bool negated, Func<MapNode, bool> test, ConditionTest? condition = null) => (_negated, _test, _condition) = (negated, test, condition);

    public static FactTerm Parse(string text)
    {
        var negated = text[0] == '!';
        var term = negated ? text[1..] : text;
        if (term.StartsWith("@@", StringComparison.Ordinal))
        {
            var colon = term.IndexOf(':', StringComparison.Ordinal);
            var path = term[2..colon].Split('.');
            var nested = ConditionTest.Parse(term[(colon + 1)..]);
            return new FactTerm(negated, live => Conditions.In(Fields.At(live, path) as ListNode).Any(nested.Matches));
        }

        if (term[0] == '@')
        {
            var condition = ConditionTest.Parse(term[1..]);
            return new FactTerm(negated, live => Conditions.Of(live).Any(condition.Matches), condition);
        }

        return term switch
        {
            "seen" => new FactTerm(negated, static live => Fields.At(live, "status", "observedGeneration") is null || IsSeen(live)),
            "gen" => new FactTerm(negated, IsSeen),
            _ when term.StartsWith("label:", StringComparison.Ordinal) => new FactTerm(negated, Keyed("labels", term[6..])),
            _ when term.StartsWith("annotation:", StringComparison.Ordinal) => new FactTerm(negated, Keyed("annotations", term[11..])),
            _ when term.StartsWith("empty:", StringComparison.Ordinal) => new FactTerm(negated, Empty(term[6..].Split('.'))),
            _ when term.StartsWith("count:", StringComparison.Ordinal) => new FactTerm(negated, Counted(term[6..])),
            _ => new FactTerm(negated, Compared(term)),
        };
    }

    public bool Holds(MapNode live) => _test(live) != _negated;

    /// <summary>What the object says about it, for people.</summary>
    public string Explain(MapNode live)
    {
        if (_condition is { } condition && !_negated)
        {
            foreach (var seen in Conditions.Of(live))
            {
                if (condition.Matches(seen))
                {
                    return seen.Text;
                }
            }
        }

        return "";
    }

    private static bool IsSeen(MapNode live) =>
        Fields.At(live, "status", "observedGeneration") is ScalarNode seen && Fields.At(live, "metadata", "generation") is ScalarNode wanted && seen.Text == wanted.Text;

    private static Func<MapNode, bool> Keyed(string map, string test)
    {
        var equals = test.IndexOf('=', StringComparison.Ordinal);
        var (key, value) = (test[..equals], test[(equals + 1)..]);
        return live => live.GetMap("metadata")?.GetMap(map)?.GetString(key) == value;
    }

    private static Func<MapNode, bool> Empty(string[] path) => live => Fields.At(live, path) is null or ScalarNode { Kind: ScalarKind.Null } or MapNode { Count: 0 } or ListNode { Count: 0 };

    private static Func<MapNode, bool> Counted(string test)
    {
        var more = test.EndsWith(">0", StringComparison.Ordinal);
        var path = test[..^2].Split('.');
        return live => (Fields.At(live, path) is ListNode { Count: > 0 }) == more;
    }

    private static Func<MapNode, bool> Compared(string term)
    {
        foreach (var op in s_operators)
        {
            var at = term.IndexOf(op, StringComparison.Ordinal);
            if (at <= 0)
            {
                continue;
            }

            var path = term[..at].Split('.');
            var right = term[(at + op.Length)..];
            var other = right.Split('.');
            var words = right.Split('|');
            return op switch
            {
                "==" => live => Text(live, path) == Text(live, other),
                ">=" => live => Fields.Number(live, path) >= Fields.Number(live, other),
                ">" when long.TryParse(right, CultureInfo.InvariantCulture, out var bound) => live => Fields.Number(live, path) > bound,
                "!=" when right.Length == 0 => live => Text(live, path) is { Length: > 0 },
                "!=" => live => Text(live, path) is not { } text || !words.Contains(text),
                "=" => live => Text(live, path) is { } text && words.Contains(text),
                _ => live => Text(live, path)?.StartsWith(right, StringComparison.Ordinal) == true,
            };
        }

        var field = term.Split('.');
        return live => Fields.At(live, field) is { IsNull: false };
    }

    private static string? Text(MapNode live, string[] path) => Fields.At(live, path) is ScalarNode { Kind: not ScalarKind.Null } scalar ? scalar.Text : null;
}
