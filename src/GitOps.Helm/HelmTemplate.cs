using System.Text;
using GitOps.Helm.Capabilities;
using GitOps.Helm.Charts;
using GitOps.Helm.Functions;
using GitOps.Helm.Releases;
using GitOps.Helm.Rendering;
using GitOps.Helm.Schema;
using GitOps.Helm.Templates;
using GitOps.Helm.Values;

namespace GitOps.Helm;

/// <summary>Renders charts: what <c>helm template</c> does, in process.</summary>
/// <remarks>Thread-safe; several charts, or one chart with several values, may be rendered at once.</remarks>
public static class HelmTemplate
{
    private const string NotesFile = "NOTES.txt";
    private const string DefaultName = "release-name";

    /// <summary>Renders a chart.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="options">How to render it; references among its values are resolved with its resolver.</param>
    /// <param name="readFile">Reads a file that the values name; <see langword="null"/> when there are none. It gives <see langword="null"/> for a file that does not exist.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>What the chart gives.</returns>
    /// <exception cref="HelmException">The chart cannot be rendered; the message names template and line where one is at fault.</exception>
    public static ValueTask<HelmRelease> RenderAsync(HelmChart chart, HelmOptions options, Func<string, string?>? readFile = null, CancellationToken cancellationToken = default) =>
        RenderAsync(chart, options, readFile, keepTrees: false, cancellationToken);

    /// <summary>Renders a chart, and keeps the trees of its documents when they are wanted.</summary>
    internal static async ValueTask<HelmRelease> RenderAsync(HelmChart chart, HelmOptions options, Func<string, string?>? readFile, bool keepTrees, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chart);
        ArgumentNullException.ThrowIfNull(options);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.TimeLimit);
        try
        {
            var values = await BuildValuesAsync(options, readFile ?? (static _ => null), limit.Token).ConfigureAwait(false);
            var (root, rendered) = RenderFiles(chart, options, values, limit.Token);
            return await AssembleAsync(options, root, rendered, keepTrees ? null : chart.Heads, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(chart, options, e);
        }
    }

    /// <summary>Renders a chart's templates and leaves their text as it is: nothing is split, sorted or checked.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="options">How to render it.</param>
    /// <param name="readFile">Reads a file that the values name; <see langword="null"/> when there are none.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The text of every template but partials, by path with the chart's name in front.</returns>
    /// <exception cref="HelmException">The chart cannot be rendered.</exception>
    public static async ValueTask<IReadOnlyDictionary<string, string>> RenderFilesAsync(HelmChart chart, HelmOptions options, Func<string, string?>? readFile = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chart);
        ArgumentNullException.ThrowIfNull(options);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.TimeLimit);
        try
        {
            var values = await BuildValuesAsync(options, readFile ?? (static _ => null), limit.Token).ConfigureAwait(false);
            return RenderFiles(chart, options, values, limit.Token).Rendered;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(chart, options, e);
        }
    }

    /// <summary>Lays the user's values over each other.</summary>
    internal static async ValueTask<Dictionary<string, object?>> BuildValuesAsync(HelmOptions options, Func<string, string?> readFile, CancellationToken cancellationToken)
    {
        var builder = new ValuesBuilder(readFile);
        foreach (var source in options.Values)
        {
            if (source is not HelmValuesReference reference)
            {
                builder.Add(source);
                continue;
            }

            var text = options.ValuesResolver is { } resolve ? await resolve(reference, cancellationToken).ConfigureAwait(false) : null;
            if (text is not null)
            {
                builder.Add(reference, text);
            }
            else if (!reference.Optional)
            {
                throw new HelmException(Reasons.NotFound, $"could not find values key '{reference.Key}' in {reference.Kind} '{reference.Name}'");
            }
        }

        return builder.Values;
    }

    private static HelmException TimedOut(HelmChart chart, HelmOptions options, OperationCanceledException e) =>
        new(Reasons.Timeout, $"rendering chart {chart.Name} took longer than {options.TimeLimit}", e);

    private static (Chart Root, Dictionary<string, string> Rendered) RenderFiles(HelmChart chart, HelmOptions options, Dictionary<string, object?> userValues, CancellationToken cancellationToken)
    {
        var name = options.ReleaseName ?? DefaultName;
        Refuse(chart.Root);
        ReleaseName.Validate(name);
        var root = chart.Root.CloneForRender();
        DependencyProcessor.Process(root, userValues);

        var kubeVersion = options.KubeVersion is { } text ? KubernetesVersion.Parse(text) : KubernetesVersion.Default;
        var values = ValuesCoalescer.Coalesce(root, userValues);
        if (!options.SkipSchemaValidation)
        {
            ChartSchemas.Validate(root, values, cancellationToken);
        }

        CheckKubeVersion(root, kubeVersion);
        return (root, RenderTemplates(chart, root, values, name, kubeVersion, options, cancellationToken));
    }

    private static async ValueTask<HelmRelease> AssembleAsync(HelmOptions options, Chart root, Dictionary<string, string> rendered, ManifestHeads? heads, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, string>(rendered, StringComparer.Ordinal);
        var notes = TakeNotes(root, files, options.SubNotes);
        if (options.PostRenderer is { } postRenderer)
        {
            files = await PostRendering.RunAsync(files, postRenderer, options.PostRenderStrategy, cancellationToken).ConfigureAwait(false);
        }

        var (hooks, manifests) = ManifestSorter.Sort(files, heads, cancellationToken);
        return new HelmRelease
        {
            Name = options.ReleaseName ?? DefaultName,
            Namespace = options.Namespace,
            Manifests = manifests,
            Hooks = options.Hooks switch
            {
                HelmHookPolicy.Skip => [],
                HelmHookPolicy.SkipTests => [.. hooks.Where(h => !h.IsTest)],
                _ => hooks,
            },
            Crds = options.IncludeCrds ? [.. root.CustomResourceDefinitions().Select(c => new HelmCrdFile(c.Path, c.File.Text))] : [],
            Notes = notes,
            Warnings = root.Metadata.Deprecated ? ["this chart is deprecated"] : [],
            RenderedFiles = rendered,
        };
    }

    private static void Refuse(Chart chart)
    {
        if (chart.Metadata.Type is not ("" or "application"))
        {
            throw new HelmException($"{chart.Metadata.Type} charts are not installable");
        }

        if (DependencyProcessor.FindMissing(chart) is { Count: > 0 } missing)
        {
            throw new HelmException(
                "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: "
                + $"found in Chart.yaml, but missing in charts/ directory: {string.Join(", ", missing)}");
        }
    }

    private static void CheckKubeVersion(Chart chart, KubernetesVersion kubeVersion)
    {
        var constraint = chart.Metadata.KubeVersion;
        if (constraint.Length > 0
            && !(SemVersion.TryParse(kubeVersion.Normalized, out var version) && SemVerConstraint.TryParse(constraint, out var range) && range.Matches(version)))
        {
            throw new HelmException($"chart requires kubeVersion: {constraint} which is incompatible with Kubernetes {kubeVersion.Full}") { AfterRelease = true };
        }
    }

    private static Dictionary<string, string> RenderTemplates(
        HelmChart chart, Chart root, Dictionary<string, object?> values, string releaseName, KubernetesVersion kubeVersion, HelmOptions options, CancellationToken cancellationToken)
    {
        var release = ValueTree.NewMap(6);
        release["Name"] = releaseName;
        release["Namespace"] = options.Namespace;
        release["IsUpgrade"] = options.IsUpgrade;
        release["IsInstall"] = !options.IsUpgrade;
        release["Revision"] = (nint)options.Revision;
        release["Service"] = "Helm";
        IReadOnlyList<string> apiVersions = options.ApiVersions.Count == 0 ? KnownApiVersions.All : [.. KnownApiVersions.All, .. options.ApiVersions];
        var capabilities = new CapabilitiesObject(kubeVersion.ToTemplateObject(), new VersionSetObject(apiVersions), HelmVersionObject.Helm423);
        var scope = TemplateScope.Build(root, values, release, capabilities);
        var host = new HelmFunctionHost
        {
            EnableDns = options.EnableDns,
            Lookup = options.Lookup is { } lookup ? (request, token) => Answer(lookup, request, token) : null,
        };
        var run = new RunOptions(host, options.Strict);

        var current = root.Name;
        try
        {
            var templates = ChartTemplates.Get(chart, scope.Files);
            if (templates.MakesKeys)
            {
                PrivateKey.Rsa2048.Prepare();
            }

            var rendered = new Dictionary<string, string>(templates.Names.Count, StringComparer.Ordinal);
            long size = 0;
            foreach (var template in templates.Names)
            {
                if (GoPath.Base(template).StartsWith('_'))
                {
                    continue;
                }

                current = template;
                var (dot, basePath) = scope.Dots[template];
                dot["Template"] = new HelmValues { ["Name"] = template, ["BasePath"] = basePath };

                // Go prints this for a missing value whatever Helm does, so Helm takes it out of the text.
                var text = templates.Set.Execute(template, dot, run, cancellationToken).Replace("<no value>", "", StringComparison.Ordinal);
                size += text.Length;
                if (size > options.MaxOutput)
                {
                    throw new HelmException(Reasons.LimitExceeded, $"{template}: the rendered templates have more than {options.MaxOutput} characters together");
                }

                rendered[template] = text;
            }

            return rendered;
        }
        catch (TemplateException e)
        {
            throw TemplateErrors.ToHelm(e, current);
        }
    }

    private static Dictionary<string, object?>? Answer(HelmLookup lookup, LookupRequest request, CancellationToken cancellationToken) =>
        lookup(request.ApiVersion, request.Kind, request.Namespace, request.Name, cancellationToken) is { } found ? YamlValues.ToMap((Node)found) : null;

    private static string TakeNotes(Chart chart, Dictionary<string, string> files, bool subNotes)
    {
        var notes = new StringBuilder();
        var own = $"{chart.Name}/templates/{NotesFile}";
        foreach (var path in files.Keys.Where(k => k.EndsWith(NotesFile, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList())
        {
            if (subNotes || string.Equals(path, own, StringComparison.Ordinal))
            {
                notes.Append(notes.Length > 0 ? "\n" : "").Append(files[path]);
            }

            files.Remove(path);
        }

        return notes.ToString();
    }
}
