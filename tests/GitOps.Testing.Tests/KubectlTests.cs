using System.Diagnostics;
using GitOps.Testing;

namespace GitOps.Testing.Tests;

/// <summary>Drives the server with the real kubectl, where there is one.</summary>
public sealed class KubectlTests
{
    private const string Deployment = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","labels":{"app":"web"}},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},
         "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"nginx"}]}}}}
        """;

    [Fact]
    public async Task Kubectl_CommonCommands_Succeed()
    {
        var kubectl = Find();
        Assert.SkipWhen(kubectl is null, "there is no kubectl: KUBECTL names none, and none is on PATH.");
        var home = Directory.CreateTempSubdirectory("gitops-kubectl-");
        try
        {
            // Go clients send tokens over TLS only.
            await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Https = true }, TestContext.Current.CancellationToken);
            var file = Path.Combine(home.FullName, "web.json");
            await File.WriteAllTextAsync(Path.Combine(home.FullName, "config"), cluster.Kubeconfig, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(file, Deployment, TestContext.Current.CancellationToken);
            Task<(int Code, string Output)> Run(params string[] arguments) => RunAsync(kubectl!, home.FullName, arguments);

            (await Run("create", "configmap", "settings", "--from-literal=k=v")).Should().Be((0, "configmap/settings created\n"));
            (await Run("get", "configmap", "settings", "-o", "jsonpath={.data.k}")).Should().Be((0, "v"));
            (await Run("create", "ingress", "site", "--rule=example.com/a=web:80")).Should().Be((0, "ingress.networking.k8s.io/site created\n"));
            (await Run("auth", "can-i", "create", "pods")).Should().Be((0, "yes\n"));
            (await Run("apply", "-f", file)).Should().Be((0, "deployment.apps/web created\n"));
            (await Run("apply", "-f", file)).Should().Be((0, "deployment.apps/web unchanged\n"));
            (await Run("apply", "--server-side", "-f", file)).Should().Be((0, "deployment.apps/web serverside-applied\n"));
            (await Run("patch", "deployment", "web", "--type=merge", "-p", """{"spec":{"paused":true}}""")).Should().Be((0, "deployment.apps/web patched\n"));
            (await Run("scale", "deployment", "web", "--replicas=3")).Should().Be((0, "deployment.apps/web scaled\n"));
            (await Run("get", "deployment", "web", "-o", "jsonpath={.spec.replicas} {.spec.paused}")).Should().Be((0, "3 true"));
            (await Run("patch", "deployment", "web", "-p", """{"spec":{"replicas":-1}}""")).Output.Should().Contain("spec.replicas: Invalid value: -1: must be greater than or equal to 0");
            (await Run("api-resources", "--api-group=apps", "-o", "name")).Output.Should().Contain("deployments.apps");
            (await Run("explain", "deployment.spec.strategy")).Output.Should().Contain("rollingUpdate");
            (await Run("delete", "-f", file)).Code.Should().Be(0);
            (await Run("get", "deployment", "web")).Output.Should().Contain("deployments.apps \"web\" not found");
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Kubectl_WithControllers_RollsOutAndBack()
    {
        var kubectl = Find();
        Assert.SkipWhen(kubectl is null, "there is no kubectl: KUBECTL names none, and none is on PATH.");
        var home = Directory.CreateTempSubdirectory("gitops-kubectl-");
        try
        {
            await using var cluster = await InMemoryCluster.StartAsync(
                new InMemoryClusterOptions { Https = true, Controllers = ClusterControllers.All }, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(home.FullName, "config"), cluster.Kubeconfig, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(home.FullName, "web.json"), Deployment, TestContext.Current.CancellationToken);
            Task<(int Code, string Output)> Run(string line) => RunAsync(kubectl!, home.FullName, line.Split(' '));

            foreach (var line in (string[])
            [
                "apply -f web.json", "rollout status deployment/web --timeout=30s", "set image deployment/web c=nginx:2", "rollout status deployment/web --timeout=30s",
                "rollout undo deployment/web", "rollout status deployment/web --timeout=30s", "rollout restart deployment/web", "rollout status deployment/web --timeout=30s",
                "label deployment web x=y", "annotate deployment web n=m", "rollout history deployment/web", "apply --prune -l app=web -f web.json", "patch deployment web -p {\"spec\":{\"paused\":false}}", "autoscale deployment web --min=1 --max=3",
                "expose deployment web --port=80", "create job once --image=i", "wait --for=condition=complete job/once --timeout=30s", "create cronjob daily --image=i --schedule=@daily",
                "create secret generic s --from-literal=a=b", "create role r --verb=get --resource=pods", "create quota q --hard=pods=50",
                "run single --image=i", "wait --for=condition=Ready pod/single --timeout=30s", "describe deployment web", "describe pod single", "get all -o wide", "events", "auth whoami",
                "explain deployment.spec.template --recursive", "cluster-info", "api-versions", "replace --force -f web.json", "diff -f web.json", "delete pod single --grace-period=0 --force",
                "delete deployment web --cascade=foreground --timeout=30s", "create namespace n", "delete namespace n --timeout=30s",
            ])
            {
                var (code, output) = await Run(line);
                code.Should().Be(0, "kubectl {0} said {1}", line, output);
            }

            (await Run("top pods")).Code.Should().NotBe(0);
            (await Run("run other --image=i")).Code.Should().Be(0);
            (await Run("exec other -- ls")).Output.Should().Contain("has no nodes");
            (await Run("logs other")).Output.Should().Contain("has no nodes");
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    // An older or newer client than the one on PATH can be tried by naming it.
    private static string? Find() => Environment.GetEnvironmentVariable("KUBECTL") is { Length: > 0 } named ? named : (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(static d => Path.Combine(d, OperatingSystem.IsWindows() ? "kubectl.exe" : "kubectl"))
        .FirstOrDefault(File.Exists);

    private static async Task<(int Code, string Output)> RunAsync(string kubectl, string home, string[] arguments)
    {
        var start = new ProcessStartInfo(kubectl, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = home };
        start.Environment["KUBECONFIG"] = Path.Combine(home, "config");
        start.Environment["HOME"] = home;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await error);
    }
}
