using System.Text.RegularExpressions;
using GitOps.Json;

namespace GitOps.Kubernetes.Applying;

/// <summary>A request's ignore rules, made ready.</summary>
internal sealed class IgnoreRules
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(100);

    private readonly List<Rule> _rules = [];

    private IgnoreRules()
    {
    }

    public bool IsEmpty => _rules.Count == 0;

    /// <summary>Reads the rules; a pattern or pointer that is not one becomes an error.</summary>
    public static IgnoreRules Compile(IReadOnlyList<IgnoreRule> rules, List<Diagnostic> diagnostics)
    {
        var compiled = new IgnoreRules();
        foreach (var rule in rules)
        {
            try
            {
                foreach (var path in rule.Paths)
                {
                    if (path.Length == 0 || !JsonPointer.TryParse(path, out _))
                    {
                        throw new ArgumentException($"'{path}' is not a JSON pointer such as /spec/replicas");
                    }
                }

                compiled._rules.Add(new Rule(rule.Paths, Pattern(rule.Group), Pattern(rule.Kind), Pattern(rule.Namespace), Pattern(rule.Name)));
            }
            catch (ArgumentException e)
            {
                diagnostics.Add(Diagnostic.Error(Reasons.ValidationFailed, $"An ignore rule cannot be used: {e.Message}."));
            }
        }

        return compiled;
    }

    /// <summary>The pointers to ignore in one object.</summary>
    public IReadOnlyList<string> PathsFor(ResourceId id)
    {
        if (_rules.Count == 0)
        {
            return [];
        }

        return [.. _rules.Where(r => r.Matches(id)).SelectMany(r => r.Paths).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether a pointer is one of the ignored or below one.</summary>
    public static Func<string, bool>? Test(IReadOnlyList<string> paths) =>
        paths.Count == 0 ? null : pointer => paths.Any(p => pointer.StartsWith(p, StringComparison.Ordinal) && (pointer.Length == p.Length || pointer[p.Length] == '/'));

    /// <summary>Takes the ignored fields out of an object that is to be sent.</summary>
    public static void Strip(MapNode root, IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            var slash = path.LastIndexOf('/');
            var parent = slash <= 0 ? root : JsonPointer.Parse(path[..slash]).Find(root);
            var last = path[(slash + 1)..].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (parent is MapNode map)
            {
                map.Remove(last);
            }
            else if (parent is ListNode list && int.TryParse(last, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index) && index < list.Count)
            {
                list.RemoveAt(index);
            }
        }
    }

    /// <summary>Puts a value in the place of an ignored field.</summary>
    public static void Replace(MapNode root, string path, Node value)
    {
        var slash = path.LastIndexOf('/');
        var parent = slash <= 0 ? root : JsonPointer.Parse(path[..slash]).Find(root);
        var last = path[(slash + 1)..].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        if (parent is MapNode map)
        {
            map.Set(last, value);
        }
        else if (parent is ListNode list && int.TryParse(last, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index) && index < list.Count)
        {
            list[index] = value;
        }
    }

    private static Regex? Pattern(string? text) => string.IsNullOrEmpty(text) ? null : new Regex($"^(?:{text})$", RegexOptions.CultureInvariant, s_timeout);

    private sealed record Rule(IReadOnlyList<string> Paths, Regex? Group, Regex? Kind, Regex? Namespace, Regex? Name)
    {
        public bool Matches(ResourceId id) =>
            Group?.IsMatch(id.Group) != false && Kind?.IsMatch(id.Kind) != false && Namespace?.IsMatch(id.Namespace) != false && Name?.IsMatch(id.Name) != false;
    }
}
