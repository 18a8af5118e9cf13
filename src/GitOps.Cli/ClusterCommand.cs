using System.CommandLine;
using System.Runtime.InteropServices;
using GitOps.Testing;

namespace GitOps.Cli;

/// <summary><c>gitops cluster</c>: an in-memory Kubernetes API server for tries and tests.</summary>
internal static class ClusterCommand
{
    private static readonly Option<int> Port = new("--port") { Description = "The port at 127.0.0.1; 0 for any free one.", DefaultValueFactory = _ => 0 };
    private static readonly Option<string?> Token = new("--token") { Description = "The bearer token that requests have to carry; kubectl sends it over HTTPS only, so add --https. Without it every request is the administrator's." };
    private static readonly Option<FileInfo?> Kubeconfig = new("--kubeconfig") { Description = "Write a kubeconfig for the administrator to this file." };
    private static readonly Option<bool> Https = new("--https") { Description = "Serve HTTPS with a certificate of its own; the kubeconfig carries it." };
    private static readonly Option<bool> Controllers = new("--controllers") { Description = "Run simulated controllers: workloads become ready, namespaces and dependants of deleted owners go away." };
    private static readonly Option<bool> Rbac = new("--rbac") { Description = "Check users other than the administrator against the Roles and bindings in the cluster." };
    private static readonly Option<bool> IgnoreCelRules = new("--ignore-cel-rules") { Description = "Store CustomResourceDefinitions with CEL rules (x-kubernetes-validations) without evaluating the rules; otherwise they are refused." };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("cluster", "Run a Kubernetes API server in memory until SIGINT or SIGTERM. Prints one line when it is ready: 'ready URL'.")
        {
            Port, Token, Kubeconfig, Https, Controllers, Rbac, IgnoreCelRules,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var token = arguments.GetValue(Token);
        await using var cluster = await InMemoryCluster.StartAsync(
            new InMemoryClusterOptions
            {
                Port = arguments.GetValue(Port),
                Token = token,
                AllowAnonymous = token is null,
                Https = arguments.GetValue(Https),
                Rbac = arguments.GetValue(Rbac),
                IgnoreCelRules = arguments.GetValue(IgnoreCelRules),
                Controllers = arguments.GetValue(Controllers) ? ClusterControllers.All : ClusterControllers.None,
            },
            cancellationToken);
        if (arguments.GetValue(Kubeconfig) is { } file)
        {
            await WritePrivateAsync(file, cluster.Kubeconfig, cancellationToken);
        }

        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        await using var cancel = cancellationToken.Register(() => stop.TrySetResult());
        await Console.Out.WriteLineAsync($"ready {cluster.Url.GetLeftPart(UriPartial.Authority)}");
        await Console.Out.FlushAsync(cancellationToken);
        await stop.Task;
        return 0;
    }

    private static void Stop(PosixSignalContext context, TaskCompletionSource stop)
    {
        context.Cancel = true;
        stop.TrySetResult();
    }

    // The file holds a token, so nobody else may read it.
    private static async Task WritePrivateAsync(FileInfo file, string text, CancellationToken cancellationToken)
    {
        file.Directory?.Create();
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(file.FullName, options);
        await writer.WriteAsync(text.AsMemory(), cancellationToken);
    }
}
