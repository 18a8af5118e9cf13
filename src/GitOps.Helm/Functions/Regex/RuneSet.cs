using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>A set of code points as sorted ranges.</summary>
internal sealed class RuneSet
{
    private const int MaxRune = 0x10FFFF;
    private static readonly ConcurrentDictionary<string, List<(int Low, int High)>?> Categories = new(StringComparer.Ordinal);
    private static readonly Lazy<Dictionary<int, int[]>> Folds = new(MakeFolds);
    private List<(int Low, int High)> ranges = [];

    /// <summary>Adds a range.</summary>
    public void Add(int low, int high) => ranges.Add((low, high));

    /// <summary>Adds another set.</summary>
    public void Add(RuneSet other) => ranges.AddRange(other.ranges);

    /// <summary>Adds pairs of bounds.</summary>
    public void AddAll(ReadOnlySpan<int> bounds)
    {
        for (var i = 0; i + 1 < bounds.Length; i += 2)
            Add(bounds[i], bounds[i + 1]);
    }

    /// <summary>Adds a general category or script by its Unicode name.</summary>
    /// <param name="name">The name, for example <c>L</c>, <c>Lu</c> or <c>Greek</c>.</param>
    /// <returns>Whether the name is known here.</returns>
    public bool TryAddNamed(string name)
    {
        var found = Categories.GetOrAdd(name, Find);
        if (found is null)
            return false;
        ranges.AddRange(found);
        return true;
    }

    /// <summary>Replaces the set by everything outside it.</summary>
    public void Negate()
    {
        Normalize();
        var result = new List<(int, int)>();
        var next = 0;
        foreach (var (low, high) in ranges)
        {
            if (low > next)
                result.Add((next, low - 1));
            next = high + 1;
        }

        if (next <= MaxRune)
            result.Add((next, MaxRune));
        ranges = result;
    }

    /// <summary>Adds every case variant of the members.</summary>
    public void FoldCase()
    {
        Normalize();
        var folds = Folds.Value;
        var extra = new List<(int, int)>();
        foreach (var (rune, variants) in folds)
        {
            if (!Contains(rune))
                continue;
            foreach (var variant in variants)
                extra.Add((variant, variant));
        }

        ranges.AddRange(extra);
    }

    /// <summary>Removes a code point.</summary>
    public void Remove(int rune)
    {
        Normalize();
        var result = new List<(int, int)>();
        foreach (var (low, high) in ranges)
        {
            if (rune < low || rune > high)
            {
                result.Add((low, high));
                continue;
            }

            if (low < rune)
                result.Add((low, rune - 1));
            if (rune < high)
                result.Add((rune + 1, high));
        }

        ranges = result;
    }

    /// <summary>The set as a .NET pattern that matches one rune in UTF-16.</summary>
    /// <param name="withPairs">Whether surrogate pairs can occur in the input.</param>
    /// <returns>The pattern.</returns>
    public string ToPattern(bool withPairs)
    {
        Normalize();
        var single = new StringBuilder();
        var pairs = new List<string>();
        foreach (var (low, high) in ranges)
        {
            if (low <= 0xFFFF)
            {
                // Lone surrogates stand for stray bytes, which Go sees as U+FFFD.
                AppendRange(single, low, Math.Min(high, 0xD7FF));
                AppendRange(single, Math.Max(low, 0xE000), Math.Min(high, 0xFFFF));
            }

            if (high > 0xFFFF && withPairs)
                AddPairs(pairs, Math.Max(low, 0x10000), high);
        }

        if (Contains(0xFFFD))
            single.Append("\\uDC80-\\uDCFF");
        var bmp = single.Length == 0 ? string.Empty : "[" + single + "]";
        if (pairs.Count == 0)
            return bmp.Length == 0 ? "(?!)" : bmp;
        return "(?:" + string.Join('|', bmp.Length == 0 ? pairs : [.. pairs, bmp]) + ")";
    }

    private static void AppendRange(StringBuilder output, int low, int high)
    {
        if (low > high)
            return;
        output.Append(CultureInfo.InvariantCulture, $"\\u{low:X4}");
        if (high > low)
            output.Append(CultureInfo.InvariantCulture, $"-\\u{high:X4}");
    }

    private static void AddPairs(List<string> pairs, int low, int high)
    {
        while (low <= high)
        {
            var lead = 0xD800 + ((low - 0x10000) >> 10);
            var trail = 0xDC00 + ((low - 0x10000) & 0x3FF);
            if (trail == 0xDC00 && high - low >= 0x3FF)
            {
                // Whole blocks of 1024 share one range of lead units.
                var blocks = (high - low + 1) >> 10;
                pairs.Add(string.Create(CultureInfo.InvariantCulture, $"[\\u{lead:X4}-\\u{lead + blocks - 1:X4}][\\uDC00-\\uDFFF]"));
                low += blocks << 10;
                continue;
            }

            var last = Math.Min(high, low | 0x3FF);
            pairs.Add(string.Create(CultureInfo.InvariantCulture, $"\\u{lead:X4}[\\u{trail:X4}-\\u{0xDC00 + ((last - 0x10000) & 0x3FF):X4}]"));
            low = last + 1;
        }
    }

    // Go drops blanks, underscores and dashes and makes all letters but the first small.
    private static string Canonical(string name)
    {
        var kept = string.Concat(name.Where(static c => c is not (' ' or '_' or '-')).Select(char.ToLowerInvariant));
        return kept.Length == 0 ? kept : char.ToUpperInvariant(kept[0]) + kept[1..];
    }

    private static string Short(string name) => name switch
    {
        "Letter" => "L",
        "Uppercaseletter" => "Lu",
        "Lowercaseletter" => "Ll",
        "Titlecaseletter" => "Lt",
        "Casedletter" => "Lc",
        "Modifierletter" => "Lm",
        "Otherletter" => "Lo",
        "Mark" or "Combiningmark" => "M",
        "Nonspacingmark" => "Mn",
        "Spacingmark" => "Mc",
        "Enclosingmark" => "Me",
        "Number" => "N",
        "Decimalnumber" or "Digit" => "Nd",
        "Letternumber" => "Nl",
        "Othernumber" => "No",
        "Separator" => "Z",
        "Spaceseparator" => "Zs",
        "Lineseparator" => "Zl",
        "Paragraphseparator" => "Zp",
        "Other" => "C",
        "Control" or "Cntrl" => "Cc",
        "Format" => "Cf",
        "Privateuse" => "Co",
        "Surrogate" => "Cs",
        "Unassigned" => "Cn",
        "Punctuation" or "Punct" => "P",
        "Connectorpunctuation" => "Pc",
        "Dashpunctuation" => "Pd",
        "Openpunctuation" => "Ps",
        "Closepunctuation" => "Pe",
        "Initialpunctuation" => "Pi",
        "Finalpunctuation" => "Pf",
        "Otherpunctuation" => "Po",
        "Symbol" => "S",
        "Mathsymbol" => "Sm",
        "Currencysymbol" => "Sc",
        "Modifiersymbol" => "Sk",
        "Othersymbol" => "So",
        _ => name,
    };

    private static List<(int Low, int High)>? Find(string name)
    {
        name = Canonical(name);
        if (UnicodeScripts.Find(name) is { } script)
            return script;
        Func<UnicodeCategory, bool>? predicate = Short(name) switch
        {
            "Any" => static _ => true,
            "Assigned" => static c => c != UnicodeCategory.OtherNotAssigned,
            "Lc" => static c => c <= UnicodeCategory.TitlecaseLetter,
            "L" => static c => c <= UnicodeCategory.OtherLetter,
            "Lu" => static c => c == UnicodeCategory.UppercaseLetter,
            "Ll" => static c => c == UnicodeCategory.LowercaseLetter,
            "Lt" => static c => c == UnicodeCategory.TitlecaseLetter,
            "Lm" => static c => c == UnicodeCategory.ModifierLetter,
            "Lo" => static c => c == UnicodeCategory.OtherLetter,
            "M" => static c => c is >= UnicodeCategory.NonSpacingMark and <= UnicodeCategory.EnclosingMark,
            "Mn" => static c => c == UnicodeCategory.NonSpacingMark,
            "Mc" => static c => c == UnicodeCategory.SpacingCombiningMark,
            "Me" => static c => c == UnicodeCategory.EnclosingMark,
            "N" => static c => c is >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber,
            "Nd" => static c => c == UnicodeCategory.DecimalDigitNumber,
            "Nl" => static c => c == UnicodeCategory.LetterNumber,
            "No" => static c => c == UnicodeCategory.OtherNumber,
            "Z" => static c => c is >= UnicodeCategory.SpaceSeparator and <= UnicodeCategory.ParagraphSeparator,
            "Zs" => static c => c == UnicodeCategory.SpaceSeparator,
            "Zl" => static c => c == UnicodeCategory.LineSeparator,
            "Zp" => static c => c == UnicodeCategory.ParagraphSeparator,
            "C" => static c => c is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse,
            "Cn" => static c => c == UnicodeCategory.OtherNotAssigned,
            "Cc" => static c => c == UnicodeCategory.Control,
            "Cf" => static c => c == UnicodeCategory.Format,
            "Co" => static c => c == UnicodeCategory.PrivateUse,
            "Cs" => static c => c == UnicodeCategory.Surrogate,
            "P" => static c => c is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation,
            "Pc" => static c => c == UnicodeCategory.ConnectorPunctuation,
            "Pd" => static c => c == UnicodeCategory.DashPunctuation,
            "Ps" => static c => c == UnicodeCategory.OpenPunctuation,
            "Pe" => static c => c == UnicodeCategory.ClosePunctuation,
            "Pi" => static c => c == UnicodeCategory.InitialQuotePunctuation,
            "Pf" => static c => c == UnicodeCategory.FinalQuotePunctuation,
            "Po" => static c => c == UnicodeCategory.OtherPunctuation,
            "S" => static c => c is >= UnicodeCategory.MathSymbol and <= UnicodeCategory.OtherSymbol,
            "Sm" => static c => c == UnicodeCategory.MathSymbol,
            "Sc" => static c => c == UnicodeCategory.CurrencySymbol,
            "Sk" => static c => c == UnicodeCategory.ModifierSymbol,
            "So" => static c => c == UnicodeCategory.OtherSymbol,
            _ => null,
        };
        if (name == "Ascii")
            return [(0, 0x7F)];
        if (predicate is null)
            return null;
        var found = new List<(int, int)>();
        var start = -1;
        for (var rune = 0; rune <= MaxRune + 1; rune++)
        {
            var member = rune <= MaxRune && predicate(GoCategory.Of(rune));
            if (member && start < 0)
            {
                start = rune;
            }
            else if (!member && start >= 0)
            {
                found.Add((start, rune - 1));
                start = -1;
            }
        }

        return found;
    }

    // Orbits of simple case folding: each member maps to the others.
    private static Dictionary<int, int[]> MakeFolds()
    {
        var orbits = new Dictionary<int, List<int>>();
        for (var rune = 0; rune <= 0x1E943; rune++)
        {
            if (rune is >= 0xD800 and <= 0xDFFF)
                continue;
            var value = new Rune(rune);
            var key = rune switch
            {
                0x212A => 'k',
                0x017F => 's',
                0x130 or 0x131 => rune,
                0x212B => 0xE5,
                0x00B5 => 0x3BC,
                0x03C2 => 0x3C3,
                0x1E9E => 0xDF,
                0x2126 => 0x3C9,
                _ => GoUnicode.ToLower(GoUnicode.ToUpper(value)).Value,
            };
            if (!orbits.TryGetValue(key, out var orbit))
                orbits[key] = orbit = [];
            orbit.Add(rune);
        }

        var folds = new Dictionary<int, int[]>();
        foreach (var orbit in orbits.Values)
        {
            if (orbit.Count < 2)
                continue;
            foreach (var rune in orbit)
                folds[rune] = [.. orbit.Where(r => r != rune)];
        }

        return folds;
    }

    private bool Contains(int rune)
    {
        foreach (var (low, high) in ranges)
        {
            if (rune >= low && rune <= high)
                return true;
        }

        return false;
    }

    private void Normalize()
    {
        if (ranges.Count < 2)
            return;
        ranges.Sort();
        var merged = new List<(int Low, int High)> { ranges[0] };
        foreach (var (low, high) in ranges)
        {
            var last = merged[^1];
            if (low <= last.High + 1)
                merged[^1] = (last.Low, Math.Max(last.High, high));
            else
                merged.Add((low, high));
        }

        ranges = merged;
    }
}
