using System.Globalization;
using System.Text.RegularExpressions;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Definition;

/// <summary>A Kubernetes label selector: <c>a=b,c!=d,e in (f,g),h,!i</c>.</summary>
internal sealed partial class LabelSelector
{
    private static readonly LabelSelector s_empty = new([]);

    private readonly List<Requirement> _requirements;

    private LabelSelector(List<Requirement> requirements) => _requirements = requirements;

    private enum Operator
    {
        Exists,
        DoesNotExist,
        In,
        NotIn,
        GreaterThan,
        LessThan,
    }

    public bool IsEmpty => _requirements.Count == 0;

    public static LabelSelector Parse(string text) => text.Length == 0 ? s_empty : new LabelSelector(new Parser(text).Parse());

    public bool Matches(MapNode? root, string field)
    {
        var map = root?.GetMap("metadata")?[field] as MapNode;
        foreach (var requirement in _requirements)
        {
            var value = map?[requirement.Key];
            var text = value is null ? null : Tree.Text(value);
            var matches = requirement.Operator switch
            {
                Operator.Exists => text is not null,
                Operator.DoesNotExist => text is null,
                Operator.In => text is not null && requirement.Values.Contains(text),
                Operator.NotIn => text is null || !requirement.Values.Contains(text),
                _ => Compare(text, requirement),
            };
            if (!matches)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Compare(string? text, Requirement requirement)
    {
        if (text is null || !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        var bound = long.Parse(requirement.Values.First(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return requirement.Operator == Operator.GreaterThan ? value > bound : value < bound;
    }

    private sealed record Requirement(string Key, Operator Operator, HashSet<string> Values);

    private sealed partial class Parser
    {
        private readonly string _text;
        private readonly List<string> _tokens = [];
        private int _at;

        public Parser(string text)
        {
            _text = text;
            Lex();
        }

        private string Peek => _at < _tokens.Count ? _tokens[_at] : "";

        public List<Requirement> Parse()
        {
            var result = new List<Requirement>();
            while (_at < _tokens.Count)
            {
                result.Add(ParseRequirement());
                if (_at == _tokens.Count)
                {
                    break;
                }

                if (Next() != "," || _at == _tokens.Count || IsSymbol(Peek) && Peek != "!")
                {
                    throw Error("expected: ',' or 'end of string' and an identifier");
                }
            }

            return result;
        }

        private Requirement ParseRequirement()
        {
            var negated = Peek == "!";
            if (negated)
            {
                _at++;
            }

            var key = Identifier();
            if (key.Length > 253 + 64 || !KeyPattern().IsMatch(key) || key[(key.LastIndexOf('/') + 1)..].Length > 63)
            {
                throw Error($"invalid label key \"{key}\"");
            }

            if (Peek is "" or ",")
            {
                return new Requirement(key, negated ? Operator.DoesNotExist : Operator.Exists, []);
            }

            if (negated)
            {
                // A negated key with an operator behind it is still only a key.
                return new Requirement(key, Operator.DoesNotExist, []);
            }

            switch (Next())
            {
                case "=" or "==":
                    return new Requirement(key, Operator.In, [Value(ExactValue())]);
                case "!=":
                    return new Requirement(key, Operator.NotIn, [Value(ExactValue())]);
                case "in":
                    return new Requirement(key, Operator.In, Values());
                case "notin":
                    return new Requirement(key, Operator.NotIn, Values());
                case ">":
                    return new Requirement(key, Operator.GreaterThan, [Bound(ExactValue())]);
                case "<":
                    return new Requirement(key, Operator.LessThan, [Bound(ExactValue())]);
                case var other:
                    throw Error($"found '{other}', expected: '=', '!=', '==', 'in', notin'");
            }
        }

        private string ExactValue() => Peek is "" or "," ? "" : Identifier();

        private string Bound(string value) =>
            long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? value : throw Error("for 'Gt', 'Lt' operators, the value must be an integer");

        private HashSet<string> Values()
        {
            if (Next() != "(")
            {
                throw Error("expected: '('");
            }

            var values = new HashSet<string>(StringComparer.Ordinal);
            var pending = true;
            while (Peek != ")")
            {
                switch (Peek)
                {
                    case "":
                        throw Error("expected: ')'");
                    case ",":
                        if (pending)
                        {
                            values.Add("");
                        }

                        pending = true;
                        _at++;
                        break;
                    default:
                        values.Add(Value(Identifier()));
                        pending = false;
                        if (Peek is not ("," or ")"))
                        {
                            throw Error("expected: ',' or ')'");
                        }

                        break;
                }
            }

            if (pending)
            {
                values.Add("");
            }

            _at++;
            return values;
        }

        private string Value(string value) =>
            value.Length == 0 || (value.Length <= 63 && ValuePattern().IsMatch(value)) ? value : throw Error($"invalid label value: \"{value}\"");

        private string Identifier()
        {
            var token = Next();
            return token.Length > 0 && !IsSymbol(token) ? token : throw Error($"found '{token}', expected: identifier");
        }

        private string Next() => _at < _tokens.Count ? _tokens[_at++] : "";

        private KustomizeException Error(string message) => new($"unable to parse requirement: {message} in selector \"{_text}\"");

        private static bool IsSymbol(string token) => token.Length > 0 && IsSpecial(token[0]);

        private static bool IsSpecial(char c) => c is '=' or '!' or '(' or ')' or ',' or '>' or '<';

        private void Lex()
        {
            var i = 0;
            while (i < _text.Length)
            {
                var c = _text[i];
                if (c is ' ' or '\t' or '\r' or '\n')
                {
                    i++;
                }
                else if (IsSpecial(c))
                {
                    var length = i + 1 < _text.Length && _text[i + 1] == '=' && c is '=' or '!' ? 2 : 1;
                    _tokens.Add(_text.Substring(i, length));
                    i += length;
                }
                else
                {
                    var start = i;
                    while (i < _text.Length && !IsSpecial(_text[i]) && _text[i] is not (' ' or '\t' or '\r' or '\n'))
                    {
                        i++;
                    }

                    _tokens.Add(_text[start..i]);
                }
            }
        }

        [GeneratedRegex(@"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
        private static partial Regex KeyPattern();

        [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
        private static partial Regex ValuePattern();
    }
}
