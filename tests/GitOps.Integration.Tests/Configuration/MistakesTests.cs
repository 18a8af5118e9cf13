using GitOps.Kubernetes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GitOps.Integration.Tests.Configuration;

/// <summary>What the packages find wrong in the configuration is one error, together with all else, when the host starts.</summary>
public sealed class MistakesTests
{
    [Fact]
    public async Task Start_MistakesInTheSectionsOfAllPackages_AreReportedTogether()
    {
        await using var services = Services(new()
        {
            ["GitSources:fleet:Url"] = "https://git.example.com/fleet.git",
            ["GitSources:fleet:Interval"] = "1min",
            ["GitSources:fleet:Limits:BlobSize"] = "25M",
            ["GitSources:fleet:Referense:Branch"] = "main",
            ["GitSources:fleet:Verification:Mode"] = "Always",
            ["GitSources:fleet:Verification:SshKeys:0"] = "ssh-ed25519 AAAA",
            ["GitSources:fleet:Credentials"] = "hunter2",
            ["GitSources:other:Url"] = "https://git.example.com/other.git",
            ["GitSources:other:Credentials:Password"] = "hunter2",
            ["GitSources:other:Credentials:Username:File"] = "/run/secrets/user",
            ["GitSources:other:Credentials:SecretRef:Name"] = "credentials",
            ["Kustomizations:apps:Source"] = "fleet",
            ["Kustomizations:apps:Patches:0:Patch"] = "{}",
            ["Kustomizations:apps:Patches:0:Target:Kid"] = "Deployment",
            ["Kustomizations:apps:Substitute:ANYTHING"] = "x",
            ["Kustomizations:apps:CommonLabels"] = "app=x",
            ["HelmReleases:podinfo:Source"] = "fleets",
            ["HelmReleases:podinfo:ValuesFrom:0:Name"] = "values",
            ["HelmReleases:podinfo:ValuesFrom:0:Optional"] = "maybe",
            ["HelmReleases:podinfo:PostRenderer"] = "Type",
            ["HelmReleases:podinfo:Valuesfile"] = "values.yaml",
            ["Kubernetes:MaxRetries"] = "often",
            ["Kubernetes:RequestTimeout"] = "1h",
            ["Notifications:Webhooks:audit:Url"] = "https://audit.example.com",
            ["Notifications:Webhooks:audit:Severity"] = "Fatal",
            ["Notifications:Slack:Channel"] = "x",
        }, b => b.AddHelm());

        var mistakes = Mistakes(services);
        mistakes.Should().ContainSingle(m => m.StartsWith("HelmReleases:podinfo:PostRenderer is not a setting; known are: AllowEmpty, ", StringComparison.Ordinal), "it can be set in code only");
        mistakes.Where(m => !m.Contains("PostRenderer", StringComparison.Ordinal)).Should().BeEquivalentTo(
            "GitSources:fleet:Interval is '1min': it must be a duration such as 30s, 5m, 1h30m or 00:05:00.",
            "GitSources:fleet:Limits:BlobSize is '25M': it must be a whole number.",
            "GitSources:fleet:Referense is not a setting: did you mean Reference?",
            "GitSources:fleet:Verification:Mode is 'Always': it must be Head, Tag or TagAndHead.",
            "GitSources:fleet:Credentials is a single value: it must be a section with settings such as BearerToken, CertificateAuthority, ClientCertificate.",
            "Kustomizations:apps:Patches:0:Target:Kid is not a setting: did you mean Kind?",
            "Kustomizations:apps:CommonLabels is a single value: it must be a section of names and texts.",
            "HelmReleases:podinfo:ValuesFrom:0:Optional is 'maybe': it must be true or false.",
            "HelmReleases:podinfo:Valuesfile is not a setting: did you mean ValuesFiles?",
            "HelmRelease 'podinfo': there is no source 'fleets'; known are: fleet, other.",
            "Kubernetes:MaxRetries is 'often': it must be a whole number from -2147483648 to 2147483647.",
            "Kubernetes: RequestTimeout: The field KubernetesOptions.RequestTimeout must be between 00:00:01 and 00:10:00.",
            "Notifications:Webhooks:audit:Severity is 'Fatal': it must be Trace, Info or Error.",
            "The configuration has 'Notifications:Slack', which is not a known setting: remove it or mend its name.");
    }

    [Fact]
    public async Task Start_EnableHelmWithoutTheHelmPackage_IsOneOfTheMistakes()
    {
        await using var services = Services(new()
        {
            ["GitSources:fleet:Url"] = "https://git.example.com/fleet.git",
            ["Kustomizations:apps:Source"] = "fleet",
            ["Kustomizations:apps:EnableHelm"] = "true",
            ["Kustomizations:apps:Timeout"] = "0s",
        });

        Mistakes(services).Should().Equal(
            "Kustomization 'apps': Timeout is 00:00:00: it must be at least one second.",
            "Kustomization 'apps': EnableHelm is set, but there is no Helm renderer: reference GitOps.Helm and call AddHelm().");
    }

    [Fact]
    public async Task Start_NamesThatTwoKindsShare_AreMistakes()
    {
        await using var services = Services(
            new()
            {
                ["GitSources:fleet:Url"] = "https://git.example.com/fleet.git",
                ["Kustomizations:apps:Source"] = "fleet",
            },
            b => b
                .AddDirectorySource("fleet", s => s.Directory = ".")
                .AddHelmRelease("apps", r => r.Source = "fleet"));

        Mistakes(services).Should().BeEquivalentTo(
            "Source 'fleet' is registered as Directory and as Git: names must be unique.",
            "Unit 'apps' is registered as HelmRelease and as Kustomization: names must be unique.");
    }

    [Fact]
    public async Task Start_SameGitSourceKustomizationReleaseOrWebhookTwiceInCode_IsAMistake()
    {
        await using var services = Services([], b => b
            .AddGitSource("fleet", s => s.Url = "https://git.example.com/fleet.git")
            .AddGitSource("fleet", s => s.Interval = TimeSpan.FromHours(1))
            .AddKustomization("apps", k => k.Source = "fleet")
            .AddKustomization("apps", k => k.Path = "apps")
            .AddHelmRelease("podinfo", r => r.Source = "fleet")
            .AddHelmRelease("podinfo", r => r.Path = "charts/podinfo")
            .AddWebhook("audit", w => w.Url = new Uri("https://audit.example.com"))
            .AddWebhook("audit", w => w.Severity = EventSeverity.Error));

        Mistakes(services).Should().BeEquivalentTo(
            "Webhook 'audit' is registered 2 times in code: names must be unique.",
            "Source 'fleet' is registered 2 times in code: names must be unique.",
            "Unit 'apps' is registered 2 times in code: names must be unique.",
            "Unit 'podinfo' is registered 2 times in code: names must be unique.");
    }

    [Fact]
    public async Task Start_PackagesAddedBeforeTheSection_ReadIt()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["GitSources:fleet:Url"] = "https://git.example.com/fleet.git",
            ["Kustomizations:apps:Source"] = "fleet",
            ["Kustomizations:apps:Interval"] = "7m",
            ["HelmReleases:podinfo:Source"] = "fleet",
            ["Notifications:Webhooks:audit:Url"] = "https://audit.example.com",
            ["Kubernetes:FieldManager"] = "fleet",
        }).Build();
        var all = new ServiceCollection();
        all.AddLogging();
        all.AddMetrics();
        all.AddGitOps().AddGit().AddKustomize().AddHelm().AddNotifications().AddWebhook("audit", w => w.Severity = EventSeverity.Error).UseKubernetes(k => k.Kubeconfig = NoCluster);
        all.AddGitOps(section);
        await using var services = all.BuildServiceProvider();

        services.GetRequiredService<GitOpsEngine>().GetUnits().Select(u => u.Name).Should().Equal("apps", "podinfo");
        services.GetRequiredService<IOptions<KubernetesOptions>>().Value.FieldManager.Should().Be("fleet");
        services.GetServices<INotifier>().Count(n => n.Name == "webhook:audit").Should().Be(1, "configuration and code make one webhook");
    }

    // The options are all that is looked at; nothing is sent there.
    private const string NoCluster = """
        apiVersion: v1
        kind: Config
        current-context: c
        contexts: [{ name: c, context: { cluster: c, user: u } }]
        clusters: [{ name: c, cluster: { server: "https://127.0.0.1:1" } }]
        users: [{ name: u, user: {} }]
        """;

    private static ServiceProvider Services(Dictionary<string, string?> values, Action<IGitOpsBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        var builder = services.AddGitOps(new ConfigurationBuilder().AddInMemoryCollection(values).Build()).AddGit().AddKustomize().AddNotifications().UseKubernetes(k => k.Kubeconfig = NoCluster);
        configure?.Invoke(builder);
        return services.BuildServiceProvider();
    }

    private static IReadOnlyList<string> Mistakes(ServiceProvider services)
    {
        var start = services.GetRequiredService<GitOpsEngine>;
        return start.Should().Throw<GitOpsConfigurationException>().Which.Errors;
    }
}
