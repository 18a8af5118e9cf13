using System.Buffers;
using GitOps.Helm.Charts;
using GitOps.Helm.Functions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Rendering;

/// <summary>The parsed templates of a chart and the subcharts that take part.</summary>
internal sealed class ChartTemplates
{
    /// <summary>A chart has few combinations of enabled subcharts; more than this and they are not kept.</summary>
    private const int MaxKept = 32;

    /// <summary>What makes RSA keys; the functions that are given a key have longer names.</summary>
    private static readonly SearchValues<string> s_keyMakers = SearchValues.Create(["genCA ", "genSignedCert ", "genSelfSignedCert "], StringComparison.Ordinal);

    private ChartTemplates(TemplateSet set, IReadOnlyList<string> names, bool makesKeys)
    {
        Set = set;
        Names = names;
        MakesKeys = makesKeys;
    }

    public TemplateSet Set { get; }

    /// <summary>The templates' names in the order in which they are parsed and run: deepest first, then backwards by name.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether some template may make RSA keys. They take longer than all else together, so it pays to begin before a template gets there.</summary>
    public bool MakesKeys { get; }

    /// <summary>Parses the templates, or finds them parsed.</summary>
    /// <param name="owner">Keeps what is parsed.</param>
    /// <param name="files">The templates by name.</param>
    /// <exception cref="TemplateException">A template cannot be parsed.</exception>
    public static ChartTemplates Get(HelmChart owner, Dictionary<string, ChartFile> files)
    {
        var names = files.Keys.ToArray();
        Array.Sort(names, Compare);
        var key = string.Join('\n', names.Select(n => $"{n} {files[n].Id}"));
        if (owner.Compiled.TryGetValue(key, out var known))
        {
            return known;
        }

        var set = new TemplateSet(HelmFunctions.Table);
        var makesKeys = false;
        foreach (var name in names)
        {
            set.Parse(name, files[name].Text);
            makesKeys = makesKeys || files[name].Text.AsSpan().ContainsAny(s_keyMakers);
        }

        var made = new ChartTemplates(set, names, makesKeys);
        if (owner.Compiled.Count < MaxKept)
        {
            owner.Compiled.TryAdd(key, made);
        }

        return made;
    }

    private static int Compare(string left, string right)
    {
        var depth = right.AsSpan().Count('/').CompareTo(left.AsSpan().Count('/'));
        return depth != 0 ? depth : GoText.Compare(right, left);
    }
}
