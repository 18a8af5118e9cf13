using System.Text;
using GitOps.Helm.Values;

namespace GitOps.Helm.Charts;

/// <summary>Loads charts from directories of a file tree and from archives.</summary>
internal static class ChartLoader
{
    private const string ChartYaml = "Chart.yaml";

    /// <summary>Reads a chart's files from a directory; .helmignore is obeyed.</summary>
    /// <param name="tree">The tree; nothing outside it is read.</param>
    /// <param name="directory">The chart's directory.</param>
    /// <param name="limits">How large the chart may be.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The files, in Helm's order.</returns>
    /// <exception cref="HelmException">There is no chart, or it is too large.</exception>
    public static List<ChartFile> ReadDirectory(IFileTree tree, TreePath directory, ChartLimits limits, CancellationToken cancellationToken)
    {
        var chartYaml = directory.Append(ChartYaml);
        if (tree.Find(chartYaml) is not { Kind: TreeEntryKind.File })
        {
            throw new HelmException(Reasons.NotFound, $"unable to detect chart at {chartYaml}: open {chartYaml}: no such file or directory");
        }

        CheckApiVersion(Encoding.UTF8.GetString(WithoutByteOrderMark(tree.Read(chartYaml).ToArray())));
        var ignoreFile = directory.Append(IgnoreRules.FileName);
        var rules = tree.Find(ignoreFile) is { Kind: TreeEntryKind.File } ? IgnoreRules.Parse(tree.Read(ignoreFile).Span) : IgnoreRules.Default;
        var walk = new Walk(tree, rules, limits, cancellationToken);
        walk.Visit(directory, "", 0);
        return walk.Files;
    }

    /// <summary>Makes a chart of its files.</summary>
    /// <param name="files">The files.</param>
    /// <param name="limits">How large subcharts may be.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="HelmException">A file is malformed or missing.</exception>
    public static Chart Load(IReadOnlyList<ChartFile> files, ChartLimits limits, CancellationToken cancellationToken) => Load(files, limits, 0, cancellationToken);

    /// <summary>Refuses a set of files without a chart of a known apiVersion.</summary>
    public static void CheckApiVersion(IReadOnlyList<ChartFile> files)
    {
        var chartYaml = files.FirstOrDefault(f => f.Name == ChartYaml) ?? throw new HelmException("unable to detect chart version, no Chart.yaml found");
        CheckApiVersion(chartYaml.Text);
    }

    public static byte[] WithoutByteOrderMark(byte[] data) => data.AsSpan().StartsWith("\uFEFF"u8) ? data[3..] : data;

    private static void CheckApiVersion(string chartYaml)
    {
        string apiVersion;
        try
        {
            apiVersion = ChartMetadataReader.ReadApiVersion(chartYaml);
        }
        catch (HelmException e)
        {
            throw new HelmException($"cannot load Chart.yaml: {e.Message}", e);
        }

        switch (apiVersion)
        {
            case "" or "v1" or "v2":
                return;
            case "v3":
                // Helm 4.2 can read these charts but refuses to render them.
                throw new HelmException("invalid chart apiVersion");
            default:
                throw new HelmException("unsupported chart version");
        }
    }

    private static Chart Load(IReadOnlyList<ChartFile> files, ChartLimits limits, int depth, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (depth > limits.MaxDepth)
        {
            throw new HelmException(Reasons.LimitExceeded, $"subcharts nest deeper than {limits.MaxDepth} levels");
        }

        var chart = new Chart();
        ChartMetadata? metadata = null;
        foreach (var file in files)
        {
            if (file.Name == ChartYaml)
            {
                metadata ??= new ChartMetadata();
                Read(file, "cannot load Chart.yaml", text => ChartMetadataReader.Apply(metadata, text));
                if (metadata.ApiVersion.Length == 0)
                {
                    metadata.ApiVersion = "v1";
                }
            }
        }

        var templates = new List<ChartFile>();
        var others = new List<ChartFile>();
        var subcharts = new SortedDictionary<string, List<ChartFile>>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            switch (file.Name)
            {
                case ChartYaml:
                    break;
                case "Chart.lock":
                    Read(file, "cannot load Chart.lock", text => chart.Lock = ChartMetadataReader.ReadLock(text));
                    break;
                case "values.yaml":
                    Read(file, "cannot load values.yaml", text => chart.Values = YamlValues.ReadValues(text));
                    break;
                case "values.schema.json":
                    chart.Schema = file.Data;
                    break;
                case "requirements.yaml":
                    metadata ??= new ChartMetadata();
                    Read(file, "cannot load requirements.yaml", text => ChartMetadataReader.Apply(metadata, text));
                    if (metadata.ApiVersion == "v1")
                    {
                        others.Add(file);
                    }

                    break;
                case "requirements.lock":
                    Read(file, "cannot load requirements.lock", text => chart.Lock = ChartMetadataReader.ReadLock(text));
                    metadata ??= new ChartMetadata();
                    if (metadata.ApiVersion == "v1")
                    {
                        others.Add(file);
                    }

                    break;
                case var name when name.StartsWith("templates/", StringComparison.Ordinal):
                    templates.Add(file);
                    break;
                case var name when name.StartsWith("charts/", StringComparison.Ordinal) && !name.EndsWith(".prov", StringComparison.Ordinal):
                    var inner = name["charts/".Length..];
                    var slash = inner.IndexOf('/', StringComparison.Ordinal);
                    var subchart = slash < 0 ? inner : inner[..slash];
                    if (!subcharts.TryGetValue(subchart, out var subchartFiles))
                    {
                        subcharts.Add(subchart, subchartFiles = []);
                    }

                    subchartFiles.Add(new ChartFile(inner, file.Data));
                    break;
                default:
                    others.Add(file);
                    break;
            }
        }

        if (metadata is null)
        {
            throw new HelmException("Chart.yaml file is missing");
        }

        ChartMetadataValidator.Validate(metadata);
        chart.Metadata = metadata;
        chart.Templates = templates;
        chart.Files = others;
        foreach (var (name, subchartFiles) in subcharts)
        {
            if (name.StartsWith('_') || name.StartsWith('.'))
            {
                continue;
            }

            try
            {
                chart.AddDependency(LoadSubchart(name, subchartFiles, limits, depth, cancellationToken));
            }
            catch (HelmException e)
            {
                throw new HelmException(e.Reason, $"error unpacking subchart {name} in {chart.Name}: {e.Message}", e);
            }
        }

        return chart;
    }

    private static Chart LoadSubchart(string name, List<ChartFile> files, ChartLimits limits, int depth, CancellationToken cancellationToken)
    {
        if (name.EndsWith(".tgz", StringComparison.Ordinal))
        {
            return files[0].Name == name
                ? Load(ChartArchive.Read(files[0].Data, limits, cancellationToken), limits, depth + 1, cancellationToken)
                : throw new HelmException($"expected {name}, got {files[0].Name}");
        }

        var inside = new List<ChartFile>(files.Count);
        foreach (var file in files)
        {
            var slash = file.Name.IndexOf('/', StringComparison.Ordinal);
            if (slash >= 0)
            {
                inside.Add(new ChartFile(file.Name[(slash + 1)..], file.Data));
            }
        }

        return Load(inside, limits, depth + 1, cancellationToken);
    }

    private static void Read(ChartFile file, string problem, Action<string> read)
    {
        try
        {
            read(file.Text);
        }
        catch (HelmException e)
        {
            throw new HelmException(e.Reason, $"{problem}: {e.Message}", e) { Location = e.Location };
        }
    }

    private sealed class Walk(IFileTree tree, IgnoreRules rules, ChartLimits limits, CancellationToken cancellationToken)
    {
        private long _size;

        public List<ChartFile> Files { get; } = [];

        public void Visit(TreePath directory, string prefix, int depth)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (depth > limits.MaxDepth)
            {
                throw new HelmException(Reasons.LimitExceeded, $"{directory}: directories nest deeper than {limits.MaxDepth} levels, or a symbolic link leads in a circle");
            }

            foreach (var entry in tree.List(directory))
            {
                var name = prefix + entry.Path.Name;
                var isDirectory = entry.Kind == TreeEntryKind.Directory;
                if (rules.Ignores(name, isDirectory))
                {
                    continue;
                }

                if (isDirectory)
                {
                    Visit(entry.Path, $"{name}/", depth + 1);
                }
                else if (entry.Kind == TreeEntryKind.File)
                {
                    Add(entry, name);
                }
                else if (entry.Kind == TreeEntryKind.Link)
                {
                    // Helm follows links to anywhere on the disk. To leave the file out in silence would be worse than to refuse the chart.
                    throw new HelmException(
                        Reasons.NotFound,
                        $"chart file \"{name}\": the symbolic link {entry.Path} leads to nothing or out of the source's files, where nothing is read: put a copy in its place")
                    {
                        Location = new SourceLocation(entry.Path.Value),
                    };
                }
            }
        }

        private void Add(TreeEntry entry, string name)
        {
            if (entry.Size > limits.MaxFileSize)
            {
                throw new HelmException(Reasons.LimitExceeded, $"chart file \"{entry.Path.Name}\" is larger than the maximum file size {limits.MaxFileSize}");
            }

            _size += entry.Size;
            if (_size > limits.MaxChartSize || Files.Count == limits.MaxFiles)
            {
                throw new HelmException(Reasons.LimitExceeded, $"the chart has more than {limits.MaxFiles} files or {limits.MaxChartSize} bytes");
            }

            Files.Add(new ChartFile(name, WithoutByteOrderMark(tree.Read(entry.Path).ToArray())));
        }
    }
}
