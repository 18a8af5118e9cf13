using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GitOps.Helm;
using GitOps.Helm.Charts;
using GitOps.Helm.Releases;
using GitOps.Helm.Templates;
using GitOps.Limits;

namespace GitOps.Cli;

/// <summary><c>gitops helm template</c>: prints what <c>helm template</c> prints.</summary>
internal static class HelmCommand
{
    private const int MostBytes = 64 * 1024 * 1024;

    private static readonly Argument<string[]> Names = new("name-and-chart") { Arity = new ArgumentArity(1, 2), Description = "The release's name (optional) and the chart: a directory, a .tgz file, or a name in --repo." };
    private static readonly Option<string> Namespace = new("--namespace", "-n") { Description = "The release's namespace.", DefaultValueFactory = _ => "default" };
    private static readonly Option<string[]> ValuesFiles = new("--values", "-f") { Description = "A YAML file of values; may be given several times, the last one wins." };
    private static readonly Option<string[]> Set = new("--set") { Description = "Values: key1=val1,key2=val2." };
    private static readonly Option<string[]> SetString = new("--set-string") { Description = "Values that are strings." };
    private static readonly Option<string[]> SetJson = new("--set-json") { Description = "Values as JSON." };
    private static readonly Option<string[]> SetFile = new("--set-file") { Description = "Values from files: key1=path1,key2=path2." };
    private static readonly Option<string[]> SetLiteral = new("--set-literal") { Description = "One value, taken as it is." };
    private static readonly Option<string?> KubeVersion = new("--kube-version") { Description = "The Kubernetes version of .Capabilities.KubeVersion." };
    private static readonly Option<string[]> ApiVersions = new("--api-versions", "-a") { Description = "Further API versions of .Capabilities.APIVersions." };
    private static readonly Option<bool> IncludeCrds = new("--include-crds") { Description = "Print the files of crds/ too." };
    private static readonly Option<bool> NoHooks = new("--no-hooks") { Description = "Leave hooks out." };
    private static readonly Option<bool> SkipTests = new("--skip-tests") { Description = "Leave tests out." };
    private static readonly Option<bool> IsUpgrade = new("--is-upgrade") { Description = "Set .Release.IsUpgrade instead of .Release.IsInstall." };
    private static readonly Option<bool> SkipSchema = new("--skip-schema-validation") { Description = "Do not check values against values.schema.json." };
    private static readonly Option<string[]> ShowOnly = new("--show-only", "-s") { Description = "Print the documents of this template only." };
    private static readonly Option<bool> Raw = new("--raw") { Description = "With -s: print the template's text as it was rendered, before manifests are split." };
    private static readonly Option<string?> NameTemplate = new("--name-template") { Description = "A template for the release's name." };
    private static readonly Option<bool> GenerateName = new("--generate-name", "-g") { Description = "Make up the release's name." };
    private static readonly Option<bool> EnableDns = new("--enable-dns") { Description = "Let templates ask DNS." };
    private static readonly Option<string?> OutputDirectory = new("--output-dir") { Description = "Write the documents to files in this directory." };
    private static readonly Option<bool> UseReleaseName = new("--release-name") { Description = "With --output-dir: put the release's name into the path." };
    private static readonly Option<string?> Repository = new("--repo") { Description = "The chart repository to take the chart from." };
    private static readonly Option<string> Version = new("--version") { Description = "The chart's version, or a range.", DefaultValueFactory = _ => "" };
    private static readonly Option<bool> Devel = new("--devel") { Description = "Take pre-releases too; the same as --version '>0.0.0-0'." };
    private static readonly Option<string?> Username = new("--username") { Description = "The repository's user name." };
    private static readonly Option<string?> Password = new("--password") { Description = "The repository's password." };
    private static readonly Option<bool> PassCredentials = new("--pass-credentials") { Description = "Send user name and password to other hosts too." };
    private static readonly Option<string?> CaFile = new("--ca-file") { Description = "Authorities that may have signed the server's certificate (PEM)." };
    private static readonly Option<string?> CertFile = new("--cert-file") { Description = "The client's certificate (PEM)." };
    private static readonly Option<string?> KeyFile = new("--key-file") { Description = "The client's private key (PEM)." };
    private static readonly Option<bool> Insecure = new("--insecure-skip-tls-verify") { Description = "Accept any certificate of the repository." };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var template = new Command("template", "Render a chart and print the result.") { Names };
        Option[] options =
        [
            Namespace, ValuesFiles, Set, SetString, SetJson, SetFile, SetLiteral, KubeVersion, ApiVersions, IncludeCrds, NoHooks, SkipTests, IsUpgrade,
            SkipSchema, ShowOnly, Raw, NameTemplate, GenerateName, EnableDns, OutputDirectory, UseReleaseName, Repository, Version, Devel, Username,
            Password, PassCredentials, CaFile, CertFile, KeyFile, Insecure,
        ];
        foreach (var option in options)
        {
            template.Options.Add(option);
        }

        template.SetAction(RunAsync);
        return new Command("helm", "Work with Helm charts.") { template };
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        try
        {
            var (name, chartName) = await NameAndChartAsync(result, cancellationToken).ConfigureAwait(false);
            var chart = await LoadAsync(result, chartName, cancellationToken).ConfigureAwait(false);
            if (chart.IsDeprecated)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync("WARNING: this chart is deprecated").ConfigureAwait(false);
            }

            var options = Options(result, name);
            if (result.GetValue(Raw))
            {
                var files = await HelmTemplate.RenderFilesAsync(chart, options, ReadFile, cancellationToken).ConfigureAwait(false);
                await PrintAsync(result, RawText(files, result.GetValue(ShowOnly) ?? []), cancellationToken).ConfigureAwait(false);
                return 0;
            }

            var release = await HelmTemplate.RenderAsync(chart, options, ReadFile, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(OutputDirectory) is { } directory)
            {
                await WriteFilesAsync(result, release, directory, cancellationToken).ConfigureAwait(false);
                return 0;
            }

            var yaml = release.ToYaml();
            await PrintAsync(result, result.GetValue(ShowOnly) is { Length: > 0 } show ? ReleasePrinter.ShowOnly(yaml, show) : yaml, cancellationToken).ConfigureAwait(false);
            return 0;
        }
        catch (Exception e) when (e is GitOpsException or IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"Error: {e.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    private static async ValueTask<(string Name, string Chart)> NameAndChartAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var names = result.GetValue(Names)!;
        var nameTemplate = result.GetValue(NameTemplate);
        if (names.Length == 2)
        {
            return result.GetValue(GenerateName) ? throw new HelmException("cannot set --generate-name and also specify a name")
                : nameTemplate is not null ? throw new HelmException("cannot set --name-template and also specify a name")
                : (names[0], names[1]);
        }

        if (nameTemplate is { Length: > 0 })
        {
            var files = new[] { KeyValuePair.Create("Chart.yaml", "apiVersion: v2\nname: name-template\nversion: 0.0.0\n"), KeyValuePair.Create("templates/name", nameTemplate) };
            var chart = HelmChart.LoadDirectory(new MemoryFileTree(files), TreePath.Root, cancellationToken: cancellationToken);
            var rendered = await HelmTemplate.RenderFilesAsync(chart, new HelmOptions(), cancellationToken: cancellationToken).ConfigureAwait(false);
            return (rendered["name-template/templates/name"], names[0]);
        }

        // The name is fixed unless one is to be made up, as with helm template.
        var stem = Path.GetFileName(Path.TrimEndingDirectorySeparator(names[0]));
        var dot = stem.IndexOf('.', StringComparison.Ordinal);
        stem = dot >= 0 ? stem[..dot] : stem;
        return (result.GetValue(GenerateName) ? string.Create(CultureInfo.InvariantCulture, $"{(stem.Length == 0 ? "chart" : stem)}-{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}") : "release-name", names[0]);
    }

    private static async ValueTask<HelmChart> LoadAsync(ParseResult result, string chart, CancellationToken cancellationToken)
    {
        chart = chart.Trim();
        if (result.GetValue(Repository) is { Length: > 0 } repository)
        {
            using var client = new HelmRepositoryClient(RepositoryOptions(result, repository));
            var version = result.GetValue(Version)!;
            return await client.LoadAsync(chart, version.Length == 0 && result.GetValue(Devel) ? ">0.0.0-0" : version, cancellationToken).ConfigureAwait(false);
        }

        if (Directory.Exists(chart))
        {
            return HelmChart.LoadDirectory(new DirectoryFileTree(chart), TreePath.Root, cancellationToken: cancellationToken);
        }

        if (File.Exists(chart))
        {
            return HelmChart.LoadArchive(await BoundedRead.FileAsync(chart, MostBytes, cancellationToken).ConfigureAwait(false), cancellationToken: cancellationToken);
        }

        throw new HelmException(Reasons.NotFound, chart.StartsWith("oci://", StringComparison.Ordinal)
            ? $"{chart}: charts from OCI registries are not supported yet"
            : $"path \"{chart}\" not found; name a directory or a .tgz file, or a repository with --repo");
    }

    private static HelmRepositoryOptions RepositoryOptions(ParseResult result, string repository)
    {
        if (!Uri.TryCreate(repository, UriKind.Absolute, out var url))
        {
            throw new HelmException($"--repo {repository}: this is no address");
        }

        var authorities = new X509Certificate2Collection();
        if (result.GetValue(CaFile) is { } caFile)
        {
            authorities.ImportFromPemFile(caFile);
        }

        return new HelmRepositoryOptions
        {
            Url = url,
            Username = result.GetValue(Username),
            Password = result.GetValue(Password),
            PassCredentials = result.GetValue(PassCredentials),
            ClientCertificate = result.GetValue(CertFile) is { } certFile ? X509Certificate2.CreateFromPemFile(certFile, result.GetValue(KeyFile)) : null,
            CertificateAuthorities = [.. authorities],
            InsecureSkipTlsVerify = result.GetValue(Insecure),
        };
    }

    private static HelmOptions Options(ParseResult result, string name) => new()
    {
        ReleaseName = name,
        Namespace = result.GetValue(Namespace)!,
        KubeVersion = result.GetValue(KubeVersion) is { Length: > 0 } version ? version : null,
        ApiVersions = [.. Lists(result.GetValue(ApiVersions))],
        IncludeCrds = result.GetValue(IncludeCrds),
        Hooks = result.GetValue(NoHooks) ? HelmHookPolicy.Skip : result.GetValue(SkipTests) ? HelmHookPolicy.SkipTests : HelmHookPolicy.Include,
        IsUpgrade = result.GetValue(IsUpgrade),
        SkipSchemaValidation = result.GetValue(SkipSchema),
        EnableDns = result.GetValue(EnableDns),

        // The order of kinds is Helm's, whatever the order on the command line.
        Values =
        [
            .. Lists(result.GetValue(ValuesFiles)).Select(HelmValuesSource (f) => new HelmValuesFile(f)),
            .. SetValues(result.GetValue(SetJson), SetValueKind.Json),
            .. SetValues(result.GetValue(Set), SetValueKind.Typed),
            .. SetValues(result.GetValue(SetString), SetValueKind.String),
            .. SetValues(result.GetValue(SetFile), SetValueKind.File),
            .. SetValues(result.GetValue(SetLiteral), SetValueKind.Literal),
        ],
    };

    /// <summary>Flags of lists may also hold several items with commas between them.</summary>
    private static IEnumerable<string> Lists(string[]? flags) => (flags ?? []).SelectMany(f => f.Split(','));

    private static IEnumerable<HelmValuesSource> SetValues(string[]? expressions, SetValueKind kind) => (expressions ?? []).Select(e => new HelmSetValue(e, kind));

    private static string? ReadFile(string path)
    {
        if (path.Trim() == "-")
        {
            using var input = Console.OpenStandardInput();
            return GoText.FromBytes(BoundedRead.Stream(input, "the standard input", MostBytes));
        }

        return File.Exists(path) ? GoText.FromBytes(BoundedRead.File(path, MostBytes)) : null;
    }

    private static string RawText(IReadOnlyDictionary<string, string> files, string[] patterns)
    {
        var inside = files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (Path: f.Key[(f.Key.IndexOf('/', StringComparison.Ordinal) + 1)..], Text: f.Value)).ToList();
        if (patterns.Length == 0)
        {
            return string.Concat(inside.Select(f => f.Text));
        }

        return string.Concat(patterns.SelectMany(p => inside.Where(f => ShellPattern.Match(p, f.Path) == true).Select(f => f.Text).ToList() is { Count: > 0 } found
            ? found
            : throw new HelmException(Reasons.NotFound, $"could not find template {p} in chart")));
    }

    private static async ValueTask WriteFilesAsync(ParseResult result, HelmRelease release, string directory, CancellationToken cancellationToken)
    {
        // The release's name is in the path of templates, not of CRDs, as in Helm.
        var ofTemplates = result.GetValue(UseReleaseName) ? Path.Combine(directory, release.Name) : directory;
        var output = result.InvocationConfiguration.Output;
        var written = new HashSet<string>(StringComparer.Ordinal);
        var documents = release.Crds.Select(c => (directory, c.Path, c.Text))
            .Concat(release.Manifests.Select(m => (ofTemplates, m.Path, m.Text)))
            .Concat(release.Hooks.Select(h => (ofTemplates, h.Path, h.Text)));
        foreach (var (root, path, text) in documents)
        {
            // Chart names and file names were checked, so the path stays below the directory.
            var file = Path.Combine(root, TreePath.Parse(path).Value);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var stream = new FileStream(file, written.Add(path) ? FileMode.Create : FileMode.Append, FileAccess.Write);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(GoText.GetBytes($"---\n# Source: {path}\n{text}\n"), cancellationToken).ConfigureAwait(false);
            }

            await output.WriteLineAsync($"wrote {file}").ConfigureAwait(false);
        }

        await output.WriteLineAsync().ConfigureAwait(false);
    }

    private static async ValueTask PrintAsync(ParseResult result, string text, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(result.InvocationConfiguration.Output, Console.Out))
        {
            await result.InvocationConfiguration.Output.WriteAsync(text.AsMemory(), cancellationToken).ConfigureAwait(false);
            return;
        }

        // Bytes, not characters: a template may render what is no valid text, and nothing may be added.
        var output = Console.OpenStandardOutput();
        await using (output.ConfigureAwait(false))
        {
            await output.WriteAsync(GoText.GetBytes(text), cancellationToken).ConfigureAwait(false);
        }
    }
}
