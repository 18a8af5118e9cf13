using GitOps.Kustomize.Loading;
using GitOps.Yaml;

namespace GitOps.Kustomize.Definition;

/// <summary>One kustomization file.</summary>
internal sealed record Kustomization
{
    private static readonly YamlReaderOptions s_yaml = new() { Schema = YamlSchema.Kubernetes, DuplicateKeys = DuplicateKeys.LastWins, AllowJsonEscapes = false };

    public static readonly string[] FileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    private static readonly (string Field, string Instead, bool IsExperimental)[] s_deprecated =
    [
        ("bases", "resources", false),
        ("commonLabels", "labels", false),
        ("imageTags", "images", false),
        ("patchesJson6902", "patches", false),
        ("patchesStrategicMerge", "patches", false),
        ("vars", "replacements", true),
    ];

    public required string File { get; init; }

    public required string FileName { get; init; }

    public bool IsComponent { get; init; }

    public string? OpenApiPath { get; init; }

    public string? OpenApiVersion { get; init; }

    public string NamePrefix { get; set; } = "";

    public string NameSuffix { get; set; } = "";

    public string Namespace { get; set; } = "";

    public SortedDictionary<string, string>? CommonLabels { get; init; }

    public List<LabelSet> Labels { get; init; } = [];

    public SortedDictionary<string, string>? CommonAnnotations { get; init; }

    public List<string> PatchesStrategicMerge { get; init; } = [];

    public List<Patch> PatchesJson6902 { get; init; } = [];

    public List<Patch> Patches { get; init; } = [];

    public List<Image> Images { get; init; } = [];

    public List<Replacement> Replacements { get; init; } = [];

    public List<Replica> Replicas { get; init; } = [];

    public List<Var> Vars { get; init; } = [];

    public SortOptions? SortOptions { get; init; }

    public List<string> Resources { get; init; } = [];

    public List<string> Components { get; init; } = [];

    public List<string> Crds { get; init; } = [];

    public List<GeneratorArgs> ConfigMaps { get; init; } = [];

    public List<GeneratorArgs> Secrets { get; init; } = [];

    public GeneratorOptions? GeneratorOptions { get; init; }

    public List<string> Configurations { get; init; } = [];

    public List<string> Generators { get; init; } = [];

    public List<string> Transformers { get; init; } = [];

    public List<string> Validators { get; init; } = [];

    public List<string> BuildMetadata { get; set; } = [];

    public List<MapNode> HelmCharts { get; init; } = [];

    public MapNode? HelmGlobals { get; init; }

    /// <summary>What the file uses that kustomize would rather see replaced, in kustomize's words.</summary>
    public List<string> Warnings { get; init; } = [];

    public static Kustomization Load(Loader loader)
    {
        string? found = null;
        foreach (var name in FileNames)
        {
            if (loader.HasFile(name))
            {
                if (found is not null)
                {
                    throw new KustomizeException($"Found multiple kustomization files under: {loader.Root}: keep one of {found} and {name}", new SourceLocation(loader.Root.Value));
                }

                found = name;
            }
        }

        if (found is null)
        {
            throw new KustomizeException($"unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{loader.Root}'", new SourceLocation(loader.Root.Value));
        }

        var text = loader.LoadText(found, out var file);
        Node? document;
        try
        {
            document = YamlReader.ReadFirst(text, file, s_yaml);
        }
        catch (YamlException e)
        {
            throw KustomizeException.Wrap("invalid Kustomization", e);
        }

        return Read(document, file, found);
    }

    internal static Kustomization Read(Node? document, string file, string fileName)
    {
        var map = document switch
        {
            MapNode m => m,
            null or ScalarNode { Kind: ScalarKind.Null } => new MapNode(),
            _ => throw new KustomizeException($"invalid Kustomization: {file}: not a map", new SourceLocation(file, document.Line, document.Column)),
        };
        var reader = new ConfigReader(map, file, strict: true);
        var kind = reader.Text("kind");
        var apiVersion = reader.Text("apiVersion");
        reader.Object("metadata", m => (m.Text("name"), m.Text("namespace"), m.Map("labels"), m.Map("annotations")).ToString());
        var openApi = reader.Map("openapi");
        var resources = reader.Strings("resources");
        resources.AddRange(reader.Strings("bases"));
        var images = reader.Objects("images", Image.Read);
        images.AddRange(reader.Objects("imageTags", Image.Read));
        var charts = HelmChartList.Read(reader);
        var result = new Kustomization
        {
            File = file,
            FileName = fileName,
            IsComponent = kind == "Component",
            OpenApiPath = openApi?.GetValueOrDefault("path"),
            OpenApiVersion = openApi?.GetValueOrDefault("version"),
            NamePrefix = reader.Text("namePrefix"),
            NameSuffix = reader.Text("nameSuffix"),
            Namespace = reader.Text("namespace"),
            CommonLabels = reader.Map("commonLabels"),
            Labels = reader.Objects("labels", LabelSet.Read),
            CommonAnnotations = reader.Map("commonAnnotations"),
            PatchesStrategicMerge = reader.Strings("patchesStrategicMerge"),
            PatchesJson6902 = reader.Objects("patchesJson6902", Patch.Read),
            Patches = reader.Objects("patches", Patch.Read),
            Images = images,
            Replacements = reader.Objects("replacements", Replacement.Read),
            Replicas = reader.Objects("replicas", Replica.Read),
            Vars = reader.Objects("vars", Var.Read),
            SortOptions = reader.Object("sortOptions", SortOptions.Read),
            Resources = resources,
            Components = reader.Strings("components"),
            Crds = reader.Strings("crds"),
            ConfigMaps = reader.Objects("configMapGenerator", r => GeneratorArgs.Read(r, secret: false)),
            Secrets = reader.Objects("secretGenerator", r => GeneratorArgs.Read(r, secret: true)),
            GeneratorOptions = reader.Object("generatorOptions", GeneratorOptions.Read),
            Configurations = reader.Strings("configurations"),
            Generators = reader.Strings("generators"),
            Transformers = reader.Strings("transformers"),
            Validators = reader.Strings("validators"),
            BuildMetadata = reader.Strings("buildMetadata"),
            HelmCharts = charts.Charts,
            HelmGlobals = charts.Globals,
        };
        foreach (var (field, instead, isExperimental) in s_deprecated)
        {
            if (reader.Has(field))
            {
                result.Warnings.Add($"# Warning: '{field}' is deprecated. Please use '{instead}' instead. {(isExperimental ? "[EXPERIMENTAL] " : "")}Run 'kustomize edit fix' to update your Kustomization automatically.");
            }
        }

        reader.Finish();
        RefuseEmpty(map, file);
        var wantedVersion = kind == "Component" ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1";
        if (kind is not ("" or "Kustomization" or "Component"))
        {
            throw reader.Error("kind should be Kustomization or Component");
        }

        if (apiVersion.Length > 0 && apiVersion != wantedVersion)
        {
            throw reader.Error($"apiVersion for {(kind.Length == 0 ? "Kustomization" : kind)} should be {wantedVersion}");
        }

        return result;
    }

    private static void RefuseEmpty(MapNode map, string file)
    {
        // Go compares with an empty struct: an empty list or map counts as something, an empty text, false or null does not.
        foreach (var (key, value, _, _, _) in map)
        {
            var isType = string.Equals(key, "kind", StringComparison.OrdinalIgnoreCase) || string.Equals(key, "apiVersion", StringComparison.OrdinalIgnoreCase);
            if (!isType && value is not ScalarNode { Kind: ScalarKind.Null } and not ScalarNode { Kind: ScalarKind.String, Text: "" })
            {
                return;
            }
        }

        throw new KustomizeException($"{file}: kustomization.yaml is empty: name resources, generators or anything else to build", new SourceLocation(file));
    }
}
