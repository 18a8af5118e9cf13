using GitOps.Helm.Charts;
using GitOps.Helm.Functions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Rendering;

/// <summary>The parsed templates of a chart and the subcharts that take part.</summary>
internal sealed class ChartTemplates
{
    /// <summary>A chart has few combinations of enabled subcharts; more than this and they are not kept.</summary>
    private const int MaxKept = 32;

    private ChartTemplates(TemplateSet set, IReadOnlyList<string> names)
    {
        Set = set;
        Names = names;
    }

    public TemplateSet Set { get; }

    /// <summary>The templates' names in the order in which they are parsed and run: deepest first, then backwards by name.</summary>
    public IReadOnlyList<string> Names { get; }

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
        foreach (var name in names)
        {
            set.Parse(name, files[name].Text);
        }

        var made = new ChartTemplates(set, names);
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
