namespace GitOps.Testing;

/// <summary>A label selector in its text form: <c>app=web,tier in (a,b),!legacy</c>.</summary>
internal sealed class LabelSelector
{
    private readonly List<Requirement> _requirements;

    private LabelSelector(List<Requirement> requirements) => _requirements = requirements;

    private enum Operator
    {
        In,
        NotIn,
        Exists,
        NotExists,
        Greater,
        Less,
    }

    public static LabelSelector Everything { get; } = new([]);

    public bool IsEverything => _requirements.Count == 0;

    /// <summary>Reads a selector.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The selector.</returns>
    /// <exception cref="FormatException">The text is no selector.</exception>
    public static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Everything;
        }

        var scanner = new Scanner(text);
        var requirements = new List<Requirement>();
        do
        {
            requirements.Add(scanner.Requirement());
        }
        while (scanner.Accept(','));
        scanner.End();
        return new LabelSelector(requirements);
    }

    public bool Matches(MapNode? labels)
    {
        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Requirement(string Key, Operator Operator, HashSet<string> Values)
    {
        public bool Matches(MapNode? labels)
        {
            var value = labels?.GetString(Key);
            return Operator switch
            {
                Operator.In => value is not null && Values.Contains(value),
                Operator.NotIn => value is null || !Values.Contains(value),
                Operator.Exists => value is not null,
                Operator.NotExists => value is null,
                Operator.Greater => long.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var a) && a > long.Parse(Values.First(), System.Globalization.CultureInfo.InvariantCulture),
                _ => long.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var b) && b < long.Parse(Values.First(), System.Globalization.CultureInfo.InvariantCulture),
            };
        }
    }

    private struct Scanner(string text)
    {
        private int _at;

        public bool Accept(char c)
        {
            Space();
            if (_at < text.Length && text[_at] == c)
            {
                _at++;
                return true;
            }

            return false;
        }

        public void End()
        {
            Space();
            if (_at < text.Length)
            {
                throw Error($"found '{text[_at..]}', expected: ',' or 'end of string'");
            }
        }

        public Requirement Requirement()
        {
            if (Accept('!'))
            {
                return new Requirement(Key(), Operator.NotExists, []);
            }

            var key = Key();
            if (Accept('!'))
            {
                return Accept('=') ? new Requirement(key, Operator.NotIn, [Value()]) : throw Error("expected '=' after '!'");
            }

            if (Accept('='))
            {
                Accept('=');
                return new Requirement(key, Operator.In, [Value()]);
            }

            if (Accept('>'))
            {
                return new Requirement(key, Operator.Greater, [Number()]);
            }

            if (Accept('<'))
            {
                return new Requirement(key, Operator.Less, [Number()]);
            }

            Space();
            if (_at >= text.Length || text[_at] == ',')
            {
                return new Requirement(key, Operator.Exists, []);
            }

            var word = Word();
            return word switch
            {
                "in" => new Requirement(key, Operator.In, Set()),
                "notin" => new Requirement(key, Operator.NotIn, Set()),
                _ => throw Error($"found '{word}', expected: in, notin, =, ==, !=, gt, lt"),
            };
        }

        private string Key()
        {
            var key = Word();
            if (key.Length == 0)
            {
                throw Error("a label key is missing");
            }

            return Names.QualifiedName(key) is { } problem ? throw Error($"invalid label key \"{key}\": {problem}") : key;
        }

        private string Value()
        {
            var value = Word();
            return Names.LabelValue(value) is { } problem ? throw Error($"invalid label value \"{value}\": {problem}") : value;
        }

        private string Number()
        {
            var value = Word();
            return long.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out _) ? value : throw Error($"'{value}' is no integer");
        }

        private HashSet<string> Set()
        {
            if (!Accept('('))
            {
                throw Error("expected '(' after in or notin");
            }

            var values = new HashSet<string>(StringComparer.Ordinal);
            do
            {
                values.Add(Value());
            }
            while (Accept(','));
            return Accept(')') ? values : throw Error("expected ')'");
        }

        private string Word()
        {
            Space();
            var start = _at;
            while (_at < text.Length && text[_at] is not (',' or '=' or '!' or '(' or ')' or '<' or '>') && !char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }

            return text[start.._at];
        }

        private void Space()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
        }

        private readonly FormatException Error(string message) => new($"unable to parse requirement: {message}");
    }
}
