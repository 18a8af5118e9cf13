using System.CommandLine;
using GitOps.Configuration;
using GitOps.Kubernetes;
using GitOps.Kustomize;
using GitOps.Kustomize.Loading;
using GitOps.Limits;
using GitOps.Yaml;

namespace GitOps.Cli;

/// <summary>The options that apply, diff and delete share, and what they stand for.</summary>
internal sealed class ClusterArguments
{
    private const int MostBytes = 64 * 1024 * 1024;

    public Option<string[]> Kustomizations { get; } = new("--kustomize", "-k") { Description = "A directory with a kustomization; may be given several times." };

    public Option<string[]> Files { get; } = new("--filename", "-f") { Description = "A file or directory of manifests, or - for the standard input; may be given several times." };

    public Option<string?> Kubeconfig { get; } = new("--kubeconfig") { Description = "The kubeconfig; without it KUBECONFIG, then ~/.kube/config." };

    public Option<string?> Context { get; } = new("--context") { Description = "The context of the kubeconfig." };

    public Option<string?> Namespace { get; } = new("--namespace", "-n") { Description = "The namespace of objects that name none." };

    public Option<string> Inventory { get; } = new("--inventory") { Description = "The name of the inventory that records what is applied.", DefaultValueFactory = _ => "default" };

    public Option<string> Timeout { get; } = new("--timeout") { Description = "How long to wait, such as 90s, 5m or 1h.", DefaultValueFactory = _ => "5m" };

    public Option<string> Output { get; } = new("--output", "-o") { Description = "How to print the result: text, json or yaml.", DefaultValueFactory = _ => "text" };

    public Command AddTo(Command command)
    {
        Output.AcceptOnlyFromAmong("text", "json", "yaml");
        foreach (var option in (Option[])[Kustomizations, Files, Kubeconfig, Context, Namespace, Inventory, Timeout, Output])
        {
            command.Options.Add(option);
        }

        return command;
    }

    public bool HasManifests(ParseResult result) => result.GetValue(Kustomizations) is { Length: > 0 } || result.GetValue(Files) is { Length: > 0 };

    public KubernetesApplier Connect(ParseResult result) => new(new KubernetesOptions { KubeconfigPath = result.GetValue(Kubeconfig), Context = result.GetValue(Context) });

    public TimeSpan Limit(ParseResult result) => ParseDuration(result.GetValue(Timeout)!);

    /// <summary>Renders all that was named on the command line.</summary>
    /// <exception cref="GitOpsException">Something cannot be read or rendered.</exception>
    public async Task<ApplyRequest> RequestAsync(ParseResult result, KubernetesApplier applier, CancellationToken cancellationToken)
    {
        List<Manifest> manifests = [];
        foreach (var directory in result.GetValue(Kustomizations) ?? [])
        {
            var full = Path.GetFullPath(directory);
            if (!Directory.Exists(full))
            {
                throw new GitOpsException(Reasons.NotFound, $"There is no directory {directory}.");
            }

            // A kustomization may read what lies beside and above it, as with kubectl; the tree is what confines it.
            var root = Path.GetPathRoot(full)!;
            var path = TreePath.Parse(Path.GetRelativePath(root, full).Replace(Path.DirectorySeparatorChar, '/'));
            Add(await new KustomizeRenderer().RenderAsync(new RenderRequest("cli", new DiskFileTree(root), path), cancellationToken).ConfigureAwait(false), manifests);
        }

        foreach (var file in result.GetValue(Files) ?? [])
        {
            Add(await ReadAsync(file, cancellationToken).ConfigureAwait(false), manifests);
        }

        return new ApplyRequest(result.GetValue(Inventory)!, manifests)
        {
            DefaultNamespace = result.GetValue(Namespace) ?? applier.DefaultNamespace,
            StageTimeout = Limit(result),
        };
    }

    /// <summary>Reads a duration such as <c>90s</c>, <c>1m30s</c> or <c>1h</c>.</summary>
    /// <exception cref="GitOpsException">It is none.</exception>
    public static TimeSpan ParseDuration(string text) =>
        DurationReader.TryRead(text, out var duration) && duration > TimeSpan.Zero
            ? duration
            : throw new GitOpsException(Reasons.ValidationFailed, $"'{text}' is not a duration such as 90s, 5m or 1h.");

    private static async Task<RenderResult> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (file == "-")
        {
            var stdin = Console.OpenStandardInput();
            await using (stdin.ConfigureAwait(false))
            {
                var text = BoundedRead.Decode(await BoundedRead.StreamAsync(stdin, "the standard input", MostBytes, cancellationToken).ConfigureAwait(false));
                List<Manifest> manifests = [];
                List<Diagnostic> diagnostics = [];
                foreach (var document in YamlReader.ReadAll(text, "-"))
                {
                    ManifestReader.AddTo(manifests, document, "-", diagnostics);
                }

                return new RenderResult(manifests, diagnostics);
            }
        }

        var full = Path.GetFullPath(file);
        var isDirectory = Directory.Exists(full);
        if (!isDirectory && !File.Exists(full))
        {
            throw new GitOpsException(Reasons.NotFound, $"There is no file or directory {file}.");
        }

        var tree = new DirectoryFileTree(isDirectory ? full : Path.GetDirectoryName(full)!);
        return await new ManifestsRenderer().RenderAsync(new RenderRequest("cli", tree, isDirectory ? TreePath.Root : TreePath.Parse(Path.GetFileName(full))), cancellationToken).ConfigureAwait(false);
    }

    private static void Add(RenderResult rendered, List<Manifest> manifests)
    {
        if (rendered.Diagnostics.FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error) is { } problem)
        {
            throw new GitOpsException(problem.Reason, problem.ToString());
        }

        manifests.AddRange(rendered.Manifests);
    }
}
