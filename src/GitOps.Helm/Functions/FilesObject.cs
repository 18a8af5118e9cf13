using GitOps.Helm.Charts;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary><c>.Files</c>: the chart's files that are neither templates nor values, by path, with the methods Helm gives them.</summary>
internal sealed class FilesObject : TypedMap, IGoMethods
{
    /// <summary>Makes the object.</summary>
    /// <param name="files">Path to content (<see cref="byte"/> arrays).</param>
    public FilesObject(Dictionary<string, object?> files)
        : base("engine.files", GoType.Bytes, files)
    {
    }

    /// <inheritdoc/>
    public TemplateFunction? FindMethod(string name) => name switch
    {
        "Get" => new TemplateFunction(name, (_, a) => GoText.FromBytes(Read((string)a[0]!)), [GoType.String]),
        "GetBytes" => new TemplateFunction(name, (_, a) => Read((string)a[0]!), [GoType.String]),
        "Glob" => new TemplateFunction(name, (_, a) => Glob((string)a[0]!), [GoType.String]),
        "Lines" => new TemplateFunction(name, (_, a) => TypedList.OfStrings(Lines((string)a[0]!)), [GoType.String]),
        "AsConfig" => new TemplateFunction(name, (_, _) => ByName(static bytes => GoText.FromBytes(bytes)), []),
        "AsSecrets" => new TemplateFunction(name, (_, _) => ByName(static bytes => Convert.ToBase64String(bytes)), []),
        _ => null,
    };

    private byte[] Read(string path) => Items.TryGetValue(path, out var content) && content is byte[] bytes ? bytes : [];

    private FilesObject Glob(string pattern)
    {
        // A pattern that cannot be compiled selects everything, as Helm falls back to it.
        var glob = GlobPattern.TryParse(pattern) ?? GlobPattern.TryParse("**")!;
        var found = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (path, content) in Items)
        {
            if (glob.IsMatch(path))
                found[path] = content;
        }

        return new FilesObject(found);
    }

    private List<string> Lines(string path)
    {
        if (!Items.ContainsKey(path))
            return [];

        // Helm 4.2.3 looks at the last byte without asking whether there is one.
        var text = GoText.FromBytes(Read(path));
        if (text.Length == 0)
            throw new FunctionException("runtime error: index out of range [-1]");
        return StringFunctions.Split(text.EndsWith('\n') ? text[..^1] : text, "\n", -1);
    }

    private string ByName(Func<byte[], string> encode)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var path in GoValue.SortedKeys(Items))
            map[GoPath.Base(path)] = encode((byte[])Items[path]!);
        return DataFunctions.ToYaml(map);
    }
}
