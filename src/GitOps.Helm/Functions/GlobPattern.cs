using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>
/// The patterns of <c>.Files.Glob</c>: <c>*</c> and <c>?</c> stop at slashes, <c>**</c> does not, <c>[a-z]</c>, <c>[!abc]</c> and <c>{a,b}</c> as usual, <c>\</c> escapes.
/// </summary>
internal sealed class GlobPattern
{
    private readonly List<Element> elements;

    private GlobPattern(List<Element> elements) => this.elements = elements;

    private enum Kind
    {
        Text,
        Any,
        Super,
        Single,
        List,
        Range,
        Choice,
    }

    /// <summary>Parses a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <returns>The pattern, or <see langword="null"/> if it is malformed.</returns>
    public static GlobPattern? TryParse(string pattern)
    {
        var at = 0;
        return Sequence(pattern, ref at, 0) is { } elements && at == pattern.Length ? new GlobPattern(elements) : null;
    }

    /// <summary>Whether a path matches as a whole.</summary>
    /// <param name="path">The path.</param>
    /// <returns>Whether it does.</returns>
    public bool IsMatch(string path)
    {
        var ends = new HashSet<int> { 0 };
        return Advance(elements, path, ends).Contains(path.Length);
    }

    private static List<Element>? Sequence(string pattern, ref int at, int depth)
    {
        const int MaxDepth = 32;
        if (depth > MaxDepth)
            return null;
        var sequence = new List<Element>();
        var text = new StringBuilder();
        while (at < pattern.Length)
        {
            var c = pattern[at];
            switch (c)
            {
                case '\\':
                    at++;
                    if (at < pattern.Length)
                        text.Append(pattern[at++]);
                    continue;
                case ',' or '}' when depth > 0:
                    Flush();
                    return sequence;
                case '*':
                    Flush();
                    at++;
                    var isSuper = at < pattern.Length && pattern[at] == '*';
                    if (isSuper)
                        at++;
                    sequence.Add(new Element(isSuper ? Kind.Super : Kind.Any));
                    continue;
                case '?':
                    Flush();
                    at++;
                    sequence.Add(new Element(Kind.Single));
                    continue;
                case '[':
                    Flush();
                    if (Set(pattern, ref at) is not { } set)
                        return null;
                    sequence.Add(set);
                    continue;
                case '{':
                    Flush();
                    if (Choice(pattern, ref at, depth) is not { } choice)
                        return null;
                    sequence.Add(choice);
                    continue;
                default:
                    text.Append(c);
                    at++;
                    continue;
            }
        }

        Flush();
        return sequence;

        void Flush()
        {
            if (text.Length > 0)
                sequence.Add(new Element(Kind.Text) { Text = text.ToString() });
            text.Clear();
        }
    }

    private static Element? Choice(string pattern, ref int at, int depth)
    {
        var choices = new List<List<Element>>();
        do
        {
            at++;
            if (Sequence(pattern, ref at, depth + 1) is not { } sequence)
                return null;
            choices.Add(sequence);
        }
        while (at < pattern.Length && pattern[at] == ',');

        // An unclosed brace is accepted, as the original does.
        if (at < pattern.Length)
            at++;
        return new Element(Kind.Choice) { Choices = choices };
    }

    private static Element? Set(string pattern, ref int at)
    {
        at++;
        var not = at < pattern.Length && pattern[at] == '!';
        if (not)
            at++;
        if (at + 2 < pattern.Length && pattern[at + 1] == '-')
        {
            var low = pattern[at];
            var high = pattern[at + 2];
            at += 3;
            if (at >= pattern.Length || pattern[at] != ']' || high < low)
                return null;
            at++;
            return new Element(Kind.Range) { Low = low, High = high, Not = not };
        }

        var characters = new StringBuilder();
        while (at < pattern.Length && pattern[at] != ']')
        {
            if (pattern[at] == '\\' && at + 1 < pattern.Length)
                at++;
            characters.Append(pattern[at++]);
        }

        if (at >= pattern.Length || characters.Length == 0)
            return null;
        at++;
        return new Element(Kind.List) { Text = characters.ToString(), Not = not };
    }

    // All places that can be reached from the given ones: linear in the path for each element, never exponential.
    private static HashSet<int> Advance(List<Element> sequence, string path, HashSet<int> from)
    {
        foreach (var element in sequence)
        {
            var next = new HashSet<int>();
            if (element.Kind == Kind.Choice)
            {
                foreach (var choice in element.Choices!)
                    next.UnionWith(Advance(choice, path, from));
            }
            else
            {
                foreach (var at in from)
                    Step(element, path, at, next);
            }

            from = next;
            if (from.Count == 0)
                break;
        }

        return from;
    }

    private static void Step(Element element, string path, int at, HashSet<int> next)
    {
        switch (element.Kind)
        {
            case Kind.Text:
                if (string.CompareOrdinal(path, at, element.Text, 0, element.Text.Length) == 0)
                    next.Add(at + element.Text.Length);
                return;
            case Kind.Any or Kind.Super:
                next.Add(at);
                while (at < path.Length && (element.Kind == Kind.Super || path[at] != '/'))
                {
                    at += GoText.RuneWidth(path, at);
                    next.Add(at);
                }

                return;
        }

        if (at >= path.Length)
            return;
        var c = path[at];
        var matches = element.Kind switch
        {
            Kind.Single => c != '/',
            Kind.List => element.Text.Contains(c, StringComparison.Ordinal) != element.Not,
            _ => (c >= element.Low && c <= element.High) != element.Not,
        };
        if (matches)
            next.Add(at + GoText.RuneWidth(path, at));
    }

    private sealed record Element(Kind Kind)
    {
        public string Text { get; init; } = string.Empty;

        public char Low { get; init; }

        public char High { get; init; }

        public bool Not { get; init; }

        public List<List<Element>>? Choices { get; init; }
    }
}
