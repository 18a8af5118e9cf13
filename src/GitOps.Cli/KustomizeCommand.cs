using System.CommandLine;
using GitOps.Git;
using GitOps.Helm.Rendering;
using GitOps.Kustomize;
using GitOps.Kustomize.Loading;

namespace GitOps.Cli;

/// <summary><c>gitops kustomize build DIR</c>: prints what <c>kustomize build DIR</c> prints.</summary>
internal static class KustomizeCommand
{
    public static Command Create()
    {
        var directory = new Argument<string>("DIR")
        {
            Description = "The directory with the kustomization.",
            DefaultValueFactory = _ => ".",
        };
        var restrictor = new Option<string>("--load-restrictor")
        {
            Description = "Which files may be loaded: only those in or below a kustomization's directory, or all.",
            DefaultValueFactory = _ => "LoadRestrictionsRootOnly",
        };
        restrictor.AcceptOnlyFromAmong("LoadRestrictionsRootOnly", "LoadRestrictionsNone");
        var helm = new Option<bool>("--enable-helm") { Description = "Render the charts of helmCharts that are on disk; nothing is pulled." };
        var remote = new Option<string[]>("--allow-remote") { Description = "A host that remote bases and files may be fetched from, or * for every host; may be given several times. Default: none." };
        var output = new Option<string?>("--output", "-o") { Description = "A file to write to instead of the standard output, or a folder to write a file for each object into." };
        var build = new Command("build", "Build a kustomization and print it as YAML.") { directory, restrictor, helm, remote, output };
        build.SetAction(async (result, cancellationToken) =>
        {
            using var resolver = Resolver(result.GetValue(remote));
            return await BuildAsync(
                result.GetValue(directory)!,
                new KustomizeOptions
                {
                    LoadRestrictor = result.GetValue(restrictor) == "LoadRestrictionsNone" ? LoadRestrictor.None : LoadRestrictor.RootOnly,
                    ChartInflator = result.GetValue(helm) ? new HelmChartInflator() : null,
                    RemoteResolver = resolver,
                },
                result.GetValue(output),
                result.InvocationConfiguration.Error,
                cancellationToken).ConfigureAwait(false);
        });
        return new Command("kustomize", "Work with kustomizations.") { build };
    }

    private static GitRemoteResolver? Resolver(string[]? hosts)
    {
        if (hosts is not { Length: > 0 })
        {
            return null;
        }

        var options = new GitRemoteResolverOptions();
        foreach (var host in hosts)
        {
            options.AllowedHosts.Add(host);
        }

        return new GitRemoteResolver(options);
    }

    private static async Task<int> BuildAsync(string directory, KustomizeOptions options, string? output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            if (directory.Length == 0)
            {
                throw new ArgumentException("the path of the directory cannot be empty");
            }

            if (!Directory.Exists(directory) && RemoteReference.IsRemote(directory))
            {
                throw new ArgumentException($"'{directory}' is not built from a URL: name it in the resources of a kustomization and allow its host with --allow-remote");
            }

            // The tree is the whole disk, as for the real command; the load restrictor is what confines it.
            var full = Path.GetFullPath(directory);
            var root = Path.GetPathRoot(full)!;
            var path = TreePath.Parse(Path.GetRelativePath(root, full).Replace(Path.DirectorySeparatorChar, '/'));
            var resources = KustomizeBuild.Build(new DiskFileTree(root), path, options, legacyOrder: true, null, cancellationToken, w => error.WriteLine(w.Message));
            if (output is not null && Directory.Exists(output))
            {
                foreach (var file in OutputFile.Of(resources))
                {
                    await File.WriteAllBytesAsync(Path.Combine(output, file.Name), file.Content, cancellationToken).ConfigureAwait(false);
                }

                return 0;
            }

            var bytes = KustomizeBuild.Print(resources);
            if (output is not null)
            {
                await File.WriteAllBytesAsync(output, bytes, cancellationToken).ConfigureAwait(false);
                return 0;
            }

            var stdout = Console.OpenStandardOutput();
            await using (stdout.ConfigureAwait(false))
            {
                await stdout.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            }

            return 0;
        }
        catch (Exception e) when (e is GitOpsException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            await error.WriteLineAsync($"Error: {e.Message}").ConfigureAwait(false);
            return 1;
        }
    }
}
