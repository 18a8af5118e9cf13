using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using GitOps.Git;
using GitOps.Helm;
using GitOps.Helm.Tests.Charts;
using GitOps.Helm.Tests.Repositories;
using GitOps.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>A release takes its chart from a repository by a range of versions, and follows what is published there.</summary>
public sealed class HelmRepositoryTests
{
    private const string Objects = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  version: {{ .Chart.Version | quote }}\n  color: {{ .Values.color }}\n";

    [Fact]
    public async Task ReleaseOfARange_NewVersionIsPublished_IsTakenAtTheNextLook()
    {
        await using var server = await RepositoryServer.StartAsync();
        Publish(server, "6.0.0", "6.1.0", "7.0.0");
        await using var fleet = await Fleet.CreateAsync(
            g => g.AddHelmRepository("podinfo", r => r.Url = server.Url.AbsoluteUri)
                .AddHelmRelease("web", ReleaseOfARange));
        await fleet.StartAsync();
        await fleet.ReadyAsync("web");
        (await DataAsync(fleet)).Should().Be("6.1.0 blue");
        fleet.Engine.GetSources().Should().Contain(s => s.Name == "web-chart");

        Publish(server, "6.0.0", "6.1.0", "6.2.3", "7.0.0");
        await fleet.Engine.PollSourceAsync("web-chart", TestContext.Current.CancellationToken);
        await fleet.WaitAsync("web", u => u.IsReady && u.LastAppliedRevision?.ToString().StartsWith("6.2.3@", StringComparison.Ordinal) == true);

        (await DataAsync(fleet)).Should().Be("6.2.3 blue");
    }

    [Fact]
    public async Task ReleaseOfARange_IntervalPasses_NewVersionIsTakenByItself()
    {
        await using var server = await RepositoryServer.StartAsync();
        Publish(server, "6.1.0");
        var clock = new ObservedTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var interval = TimeSpan.FromMinutes(83);
        await using var fleet = await Fleet.CreateOnAsync(await InMemoryCluster.StartAsync(), clock, g => g
            .AddHelmRepository("podinfo", r =>
            {
                r.Url = server.Url.AbsoluteUri;
                r.Interval = interval;
            })
            .AddHelmRelease("web", ReleaseOfARange));
        await fleet.StartAsync();
        await fleet.ReadyAsync("web");
        (await DataAsync(fleet)).Should().Be("6.1.0 blue");

        Publish(server, "6.1.0", "6.2.3", "7.0.0");
        var upgraded = fleet.WaitAsync("web", u => u.IsReady && u.LastAppliedRevision?.ToString().StartsWith("6.2.3@", StringComparison.Ordinal) == true);
        clock.Advance(await clock.WaitBegunAsync(wait => wait > interval / 2 && wait < interval * 2));
        await upgraded;

        (await DataAsync(fleet)).Should().Be("6.2.3 blue");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Repository_WantsAClientCertificate_IsShownTheOneOfTheOptionsOrOfTheSecret(bool inSecret)
    {
        using var authority = TestCertificate.Create("localhost");
        using var client = TestCertificate.Create("client");
        var shown = new ConcurrentDictionary<string, string?>(StringComparer.Ordinal);
        await using var server = await RepositoryServer.StartAsync(authority, askForClientCertificate: true);
        Publish(server, "6.1.0");
        foreach (var (path, serve) in server.Files.ToArray())
        {
            server.Files[path] = context =>
            {
                shown[path] = context.Connection.ClientCertificate?.Subject;
                return serve(context);
            };
        }

        await using var fleet = await Fleet.CreateAsync(g => g
            .AddHelmRepository("private", r =>
            {
                r.Url = new UriBuilder(server.Url) { Scheme = "https", Host = "localhost" }.Uri.AbsoluteUri;
                if (inSecret)
                {
                    r.SecretName = "charts";
                    r.SecretNamespace = "default";
                }
            })
            .AddHelmRelease("web", r =>
            {
                r.Source = "private";
                r.Chart = "demo";
            }));
        if (inSecret)
        {
            var secret = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Secret",
                ["metadata"] = new JsonObject { ["name"] = "charts" },
                ["stringData"] = new JsonObject { ["tls.crt"] = client.ExportCertificatePem(), ["tls.key"] = TestCertificate.KeyOf(client), ["ca.crt"] = authority.ExportCertificatePem() },
            };
            await fleet.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/secrets", secret.ToJsonString());
        }
        else
        {
            var options = fleet.Services.GetRequiredService<IOptionsMonitor<HelmRepositorySourceOptions>>().Get("private");
            options.ClientCertificateFile = Write(fleet, "client.crt", client.ExportCertificatePem());
            options.ClientKeyFile = Write(fleet, "client.key", TestCertificate.KeyOf(client));
            options.CertificateAuthorityFile = Write(fleet, "ca.crt", authority.ExportCertificatePem());
        }

        await fleet.StartAsync();
        await fleet.ReadyAsync("web");

        shown.Values.Should().HaveCount(2).And.OnlyContain(subject => subject == "CN=client", "index and chart are behind the same door");
    }

    [Fact]
    public async Task Repository_WantsCredentials_TakesThemFromTheSecretOfThisMoment()
    {
        await using var server = await RepositoryServer.StartAsync();
        Publish(server, "6.1.0");
        var index = server.Files["/index.yaml"];
        var password = "first";
        server.Files["/index.yaml"] = context =>
        {
            if (context.Request.Headers.Authorization != $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"reader:{password}"))}")
            {
                context.Response.StatusCode = 401;
                return Task.CompletedTask;
            }

            return index(context);
        };
        await using var fleet = await Fleet.CreateAsync(
            g => g.AddHelmRepository("private", r =>
                {
                    r.Url = server.Url.AbsoluteUri;
                    r.SecretName = "charts";
                    r.SecretNamespace = "default";
                })
                .AddHelmRelease("web", r =>
                {
                    r.Source = "private";
                    r.Chart = "demo";
                }));
        await PutSecretAsync(fleet, HttpMethod.Post, "", password);
        await fleet.StartAsync();
        await fleet.ReadyAsync("web");

        password = "second";
        var refused = () => fleet.Engine.PollSourceAsync("web-chart", TestContext.Current.CancellationToken);
        await refused();
        var failure = await fleet.EventAsync(e => e.Source == "web-chart" && e.Reason == Reasons.AuthenticationFailed);
        failure.Message.Should().NotContain("first");
        await PutSecretAsync(fleet, HttpMethod.Put, "/charts", password);
        Publish(server, "6.1.1");
        index = server.Files["/index.yaml"];
        await fleet.Engine.PollSourceAsync("web-chart", TestContext.Current.CancellationToken);

        await fleet.WaitAsync("web", u => u.IsReady && u.LastAppliedRevision?.ToString().StartsWith("6.1.1@", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Configuration_RepositoryReleaseAndPatches_AreBoundAndApplied()
    {
        await using var server = await RepositoryServer.StartAsync();
        Publish(server, "6.1.0");
        await using var cluster = await InMemoryCluster.StartAsync();
        using var host = Build(
            cluster,
            ("HelmRepositories:podinfo:Url", server.Url.AbsoluteUri),
            ("HelmReleases:web:Source", "podinfo"),
            ("HelmReleases:web:Chart", "demo"),
            ("HelmReleases:web:Version", "^6"),
            ("HelmReleases:web:Values", "{color: green, image: nginx}"),
            ("HelmReleases:web:Images:0:Name", "nginx"),
            ("HelmReleases:web:Images:0:NewName", "registry.example.com/nginx"),
            ("HelmReleases:web:Images:0:NewTag", "1.27"),
            ("HelmReleases:web:Patches:0:Patch", "- {op: add, path: /data/patched, value: 'yes'}"),
            ("HelmReleases:web:Patches:0:Target:Kind", "ConfigMap"),
            ("HelmReleases:web:Wait", "false"));
        await host.StartAsync(TestContext.Current.CancellationToken);
        var engine = host.Services.GetRequiredService<GitOpsEngine>();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await engine.WaitAsync(units => units.Single().Condition(ConditionTypes.Ready)?.Status is ConditionStatus.True or ConditionStatus.False, timeout.Token);
        engine.GetUnit("web").IsReady.Should().BeTrue("{0}", engine.GetUnit("web").Condition(ConditionTypes.Ready)?.Message);

        var reader = host.Services.GetRequiredService<IObjectReader>();
        var map = await reader.ReadAsync("v1", "ConfigMap", "default", "web", null, timeout.Token);
        map!.GetMap("data")!.GetString("patched").Should().Be("yes");
        map.GetMap("data")!.GetString("color").Should().Be("green");
        var pod = await reader.ReadAsync("v1", "Pod", "default", "web", null, timeout.Token);
        pod!.GetMap("spec")!.GetList("containers")!.OfType<MapNode>().Single().GetString("image").Should().Be("registry.example.com/nginx:1.27");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Start_Mistakes_AreAllReportedAtOnce()
    {
        await using var cluster = await InMemoryCluster.StartAsync();
        using var host = Build(
            cluster,
            ("HelmRepositories:charts:Url", "ftp://charts.example.com"),
            ("HelmRepositories:other:Url", "https://user:secret@charts.example.com"),
            ("HelmRepositories:registry:Url", "oci://registry.example.com/charts"),
            ("HelmReleases:a:Source", "chart"),
            ("HelmReleases:a:Chart", "demo"),
            ("HelmReleases:b:Source", "charts"),
            ("HelmReleases:c:Source", "charts"),
            ("HelmReleases:c:Chart", "demo"),
            ("HelmReleases:c:Version", "about six"),
            ("HelmReleases:c:Path", "charts/demo"));

        var start = () => host.StartAsync(TestContext.Current.CancellationToken);

        var message = (await start.Should().ThrowAsync<GitOpsConfigurationException>()).Which.Message;
        message.Should().Contain("HelmRepository 'charts': Url must be")
            .And.Contain("HelmRepository 'other': Url holds credentials").And.NotContain("secret@")
            .And.Contain("Chart 'demo' is to come from the Helm repository 'chart', which is not registered; known are: charts, other, registry")
            .And.Contain("HelmRepository 'registry': oci://registry.example.com/charts is an OCI registry")
            .And.Contain("'charts' is a Helm repository: set Chart")
            .And.Contain("Version 'about six' is neither")
            .And.Contain("Path 'charts/demo' means nothing");
    }

    [Fact]
    public async Task Start_PatchesWithoutKustomize_SaysWhatToAdd()
    {
        await using var cluster = await InMemoryCluster.StartAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGitOps()
            .AddDirectorySource("here", s => s.Directory = AppContext.BaseDirectory)
            .AddHelmRelease("web", r =>
            {
                r.Source = "here";
                r.Images.Add(new ManifestImageOptions { Name = "nginx", NewTag = "1" });
            })
            .UseKubernetes(k => k.Kubeconfig = cluster.Kubeconfig);
        using var host = builder.Build();

        var start = () => host.StartAsync(TestContext.Current.CancellationToken);

        (await start.Should().ThrowAsync<GitOpsConfigurationException>()).Which.Message.Should().Contain("HelmRelease 'web': It has Patches or Images").And.Contain("AddKustomize()");
    }

    [Fact]
    public async Task ValuesFrom_ConfigMapAndSecret_AreReadFromTheCluster()
    {
        await using var fleet = await Fleet.CreateAsync(
            g => g.AddHelmRelease("web", r =>
            {
                r.Source = "fleet";
                r.Path = "chart";
                r.ValuesFrom.Add(new HelmValuesFromOptions { Kind = "ConfigMap", Name = "there" });
                r.ValuesFrom.Add(new HelmValuesFromOptions { Name = "charts", Key = "password", TargetPath = "color" });
            }),
            null,
            GitFileChange.Write("chart/Chart.yaml", ChartBuilder.ChartYaml),
            GitFileChange.Write("chart/templates/t.yaml", Objects.Replace(".Chart.Version", ".Values.size", StringComparison.Ordinal)));
        await fleet.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/configmaps", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"there"},"data":{"values.yaml":"{size: 7, color: red}"}}""");
        await PutSecretAsync(fleet, HttpMethod.Post, "", "violet");
        await fleet.StartAsync();
        await fleet.ReadyAsync("web");

        (await DataAsync(fleet)).Should().Be("7 violet");
    }

    [Fact]
    public async Task Lookup_SeesWhatTheReleaseMaySee_AndNothingWhenItIsOff()
    {
        const string template = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n"
            + "  found: {{ dig \"data\" \"a\" \"\" (lookup \"v1\" \"ConfigMap\" \"default\" \"there\") | quote }}\n"
            + "  missing: {{ lookup \"v1\" \"ConfigMap\" \"default\" \"gone\" | toJson | quote }}\n";
        await using var fleet = await Fleet.CreateAsync(
            g =>
            {
                g.AddHelmRelease("web", Release);
                g.AddHelmRelease("blind", r => { Release(r); r.Lookup = false; });
                g.AddHelmRelease("poor", r => { Release(r); r.ServiceAccount = "default/poor"; });
            },
            new InMemoryClusterOptions { Rbac = true },
            GitFileChange.Write("chart/Chart.yaml", ChartBuilder.ChartYaml),
            GitFileChange.Write("chart/templates/t.yaml", template));
        await fleet.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/configmaps", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"there"},"data":{"a":"live"}}""");
        await fleet.StartAsync();
        await fleet.ReadyAsync("web");
        await fleet.ReadyAsync("blind");
        var failed = await fleet.FailedAsync("poor");

        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/web"))!["data"]!.ToJsonString().Should().Be("""{"found":"live","missing":"{}"}""");
        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/blind"))!["data"]!.ToJsonString().Should().Be("""{"found":"","missing":"{}"}""");
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("templates/t.yaml:6:").And.Contain("system:serviceaccount:default:poor").And.Contain("forbidden");

        static void Release(HelmReleaseOptions release)
        {
            release.Source = "fleet";
            release.Path = "chart";
            release.RetryInterval = TimeSpan.FromMilliseconds(200);
        }
    }

    private static void ReleaseOfARange(HelmReleaseOptions release)
    {
        release.Source = "podinfo";
        release.Chart = "demo";
        release.Version = ">=6 <7";
        release.Values = "color: blue";
    }

    private static string Write(Fleet fleet, string name, string text)
    {
        var path = Path.Combine(fleet.Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<string> DataAsync(Fleet fleet)
    {
        var data = (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/web"))!["data"]!;
        return $"{data["version"]} {data["color"]}";
    }

    private static Task PutSecretAsync(Fleet fleet, HttpMethod method, string path, string password) => fleet.SendAsync(
        method,
        $"/api/v1/namespaces/default/secrets{path}",
        $$$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"charts"},"stringData":{"username":"reader","password":"{{{password}}}"}}""");

    private static void Publish(RepositoryServer server, params string[] versions)
    {
        var index = new StringBuilder("apiVersion: v1\nentries:\n  demo:\n");
        foreach (var version in versions)
        {
            var package = ChartBuilder.Package(
                ("demo/Chart.yaml", $"apiVersion: v2\nname: demo\nversion: {version}\n"),
                ("demo/values.yaml", "color: red\n"),
                ("demo/templates/map.yaml", Objects),
                ("demo/templates/pod.yaml", "{{- if .Values.image }}\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: main\n    image: {{ .Values.image }}\n{{- end }}\n"));
            server.Serve($"/demo-{version}.tgz", package);
            index.Append($"  - {{name: demo, version: {version}, digest: {Convert.ToHexStringLower(SHA256.HashData(package))}, urls: [demo-{version}.tgz]}}\n");
        }

        server.Serve("/index.yaml", index.ToString());
    }

    private static IHost Build(InMemoryCluster cluster, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
        builder.Services.AddGitOps(configuration).AddHelm().AddKustomize().UseKubernetes(k => k.Kubeconfig = cluster.Kubeconfig);
        return builder.Build();
    }
}
