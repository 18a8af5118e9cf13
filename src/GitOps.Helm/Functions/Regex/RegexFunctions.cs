using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's regular expression functions.</summary>
internal static class RegexFunctions
{
    private const int FirstRoom = 10;

    private static readonly GoType[] Two = [GoType.String, GoType.String];
    private static readonly GoType[] Three = [GoType.String, GoType.String, GoType.String];
    private static readonly GoType[] WithCount = [GoType.String, GoType.String, GoType.Int];

    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = Make();

    private static FunctionList Make()
    {
        var functions = new FunctionList
        {
            { "regexMatch", Two, static (_, a) => GoValue.Box(IsMatch((string)a[0]!, (string)a[1]!)) },
            { "mustRegexMatch", Two, static (_, a) => GoValue.Box(GoRegex.Parse((string)a[0]!).IsMatch((string)a[1]!)) },
            { "regexQuoteMeta", [GoType.String], static (_, a) => QuoteMeta((string)a[0]!) },
        };
        foreach (var (name, types, body) in new (string, GoType[], FunctionBody)[]
        {
            ("egexFind", Two, static (_, a) => GoRegex.Parse((string)a[0]!).Find((string)a[1]!)),
            ("egexFindAll", WithCount, static (_, a) => Found(GoRegex.Parse((string)a[0]!).FindAll((string)a[1]!, (nint)a[2]!))),
            ("egexReplaceAll", Three, static (x, a) => GoRegex.Parse((string)a[0]!).Replace(x, (string)a[1]!, (string)a[2]!, literal: false)),
            ("egexReplaceAllLiteral", Three, static (x, a) => GoRegex.Parse((string)a[0]!).Replace(x, (string)a[1]!, (string)a[2]!, literal: true)),
            ("egexSplit", WithCount, static (_, a) => GoRegex.Parse((string)a[0]!) is var regex && (nint)a[2]! == 0 ? Found([]) : Parts(regex.Split((string)a[1]!, (nint)a[2]!))),
        })
        {
            functions.Add("r" + name, types, (x, a) => Compiled(body, x, a));
            functions.Add("mustR" + name, types, body);
        }

        return functions;
    }

    // Without "must" the pattern is compiled with Go's MustCompile, which names the pattern once more.
    private static object? Compiled(FunctionBody body, Execution execution, ReadOnlySpan<object?> arguments)
    {
        try
        {
            return body(execution, arguments);
        }
        catch (FunctionException e) when (e.Message.StartsWith("error parsing regexp: ", StringComparison.Ordinal))
        {
            var pattern = (string)arguments[0]!;
            throw new FunctionException("regexp: Compile(" + (GoQuote.CanBackquote(pattern) ? "`" + pattern + "`" : GoQuote.Quote(pattern)) + "): " + e.Message, e);
        }
    }

    private static bool IsMatch(string pattern, string text)
    {
        try
        {
            return GoRegex.Parse(pattern).IsMatch(text);
        }
        catch (FunctionException)
        {
            // regexMatch takes a malformed pattern for one that does not match; mustRegexMatch fails.
            return false;
        }
    }

    // Go makes room for ten matches at first, and for a separator's two sides when it cuts.
    private static TypedList Found(List<string> items)
    {
        var capacity = items.Count == 0 ? 0 : FirstRoom;
        while (capacity < items.Count)
            capacity = GoCapacity.Append(capacity, capacity + 1);
        return new TypedList("[]string", GoType.String, items) { IsNil = items.Count == 0, Spare = capacity - items.Count };
    }

    private static TypedList Parts(List<string> items) =>
        new("[]string", GoType.String, items) { Spare = items.Count < 2 ? 0 : GoCapacity.Append(items.Count - 1, items.Count) - items.Count };

    private static string QuoteMeta(string text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (@"\.+*?()|[]{}^$".Contains(c, StringComparison.Ordinal))
                builder.Append('\\');
            builder.Append(c);
        }

        return builder.ToString();
    }
}
