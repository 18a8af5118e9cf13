using GitOps.Core.Tests.Engine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GitOps.Core.Tests.Registration;

public sealed class AddGitOpsTests
{
    [Fact]
    public void Start_ManyMistakes_AreReportedTogether()
    {
        var services = GitOpsServices.Create(new()
        {
            ["GitOps:Concurrency"] = "0",
            ["GitOps:Typo"] = "1",
            ["GitOps:Kustomizations:web:Source"] = "files",
            ["GitOps:Manifests:a:Source"] = "nowhere",
            ["GitOps:Manifests:a:Interval"] = "00:00:00.5",
            ["GitOps:Manifests:b:Source"] = "files",
            ["GitOps:Manifests:b:DependsOn:0"] = "c",
            ["GitOps:Manifests:c:Source"] = "files",
            ["GitOps:Manifests:c:DependsOn:0"] = "b",
            ["GitOps:Manifests:d:Source"] = "files",
            ["GitOps:Manifests:d:Path"] = "../elsewhere",
            ["GitOps:Manifests:d:DependsOn:0"] = "missing",
            ["GitOps:DirectorySources:files:Interval"] = "00:00:10",
        });

        var act = () => services.GetRequiredService<GitOpsEngine>();

        var errors = act.Should().Throw<GitOpsConfigurationException>().Which.Errors;
        errors.Should().Contain(e => e.StartsWith("Concurrency is 0", StringComparison.Ordinal));
        errors.Should().Contain(e => e.Contains("GitOps:Typo", StringComparison.Ordinal));
        errors.Should().Contain(e => e.Contains("call AddKustomize()", StringComparison.Ordinal));
        errors.Should().Contain("Manifests 'a': there is no source 'nowhere'; known are: files.");
        errors.Should().Contain(e => e.StartsWith("Manifests 'a': Interval", StringComparison.Ordinal));
        errors.Should().Contain(e => e.Contains("b -> c -> b", StringComparison.Ordinal));
        errors.Should().Contain(e => e.StartsWith("Manifests 'd': Path '../elsewhere'", StringComparison.Ordinal));
        errors.Should().Contain(e => e.StartsWith("Manifests 'd': it depends on 'missing'", StringComparison.Ordinal));
        errors.Should().Contain("Source 'files': Directory is missing: name the directory that holds the files.");
    }

    [Fact]
    public void AddGitOps_CalledTwice_RegistersOneEngine()
    {
        var services = new ServiceCollection();
        services.AddGitOps();
        services.AddGitOps(o => o.Concurrency = 7);

        services.Count(s => s.ServiceType == typeof(GitOpsEngine)).Should().Be(1);
        services.Count(s => s.ServiceType == typeof(IHostedService)).Should().Be(1);
        services.BuildServiceProvider().GetRequiredService<IOptions<GitOpsOptions>>().Value.Concurrency.Should().Be(7);
    }

    [Fact]
    public void AddManifests_InConfigurationAndCode_IsOneUnitThatTheCodeRefines()
    {
        var services = GitOpsServices.Create(
            new()
            {
                ["GitOps:DirectorySources:files:Directory"] = ".",
                ["GitOps:Manifests:web:Source"] = "files",
                ["GitOps:Manifests:web:Path"] = "web",
                ["GitOps:Manifests:web:Ignore:0:Paths:0"] = "/spec/replicas",
            },
            b => b.AddManifests("web", o => o.Prune = false));

        var options = services.GetRequiredService<IOptionsMonitor<ManifestsOptions>>().Get("web");

        options.Path.Should().Be("web");
        options.Prune.Should().BeFalse();
        options.Ignore.Should().ContainSingle().Which.Paths.Should().Equal("/spec/replicas");
        services.GetRequiredService<GitOpsEngine>().GetUnits().Should().ContainSingle();
    }

    [Fact]
    public void AddManifests_SameNameTwiceInCode_IsAMistake()
    {
        var services = GitOpsServices.Create([], b => b
            .AddDirectorySource("files", s => s.Directory = ".")
            .AddManifests("web", o => o.Source = "files")
            .AddManifests("web", o => o.Source = "files"));

        var act = () => services.GetRequiredService<GitOpsEngine>();

        act.Should().Throw<GitOpsConfigurationException>().WithMessage("*Unit 'web' is registered 2 times*");
    }

    [Fact]
    public async Task Start_HostsOwnRulesForOptions_AreReportedTogetherWithTheRest()
    {
        await using var services = GitOpsServices.Create([], b =>
        {
            b.AddDirectorySource("files", s => s.Directory = "elsewhere").AddManifests("web", o => o.Source = "files").AddManifests("other", o => o.DependsOn.Add("web"));
            b.Services.AddOptions<ManifestsOptions>("web").Validate(o => o.ServiceAccount is not null, "our units name a service account");
            b.Services.AddOptions<DirectorySourceOptions>("files").Validate(s => s.Directory == ".", "our files are here");
        });

        services.Mistakes().Should().Equal(
            "Source 'files': our files are here",
            "Manifests 'web': our units name a service account",
            "Manifests 'other': Source is missing: name the source that holds the unit's files.");
    }

    [Fact]
    public async Task Host_WithMistakes_DoesNotStart()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IApplier>(new FakeApplier());
        builder.Services.AddGitOps().AddManifests("web", o => o.Source = "nowhere");
        using var host = builder.Build();

        var act = () => host.StartAsync(TestContext.Current.CancellationToken);

        await act.Should().ThrowAsync<GitOpsConfigurationException>();
    }

    [Fact]
    public void Engine_WithoutACluster_SaysWhatToCall()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        services.AddGitOps();

        var act = () => services.BuildServiceProvider().GetRequiredService<GitOpsEngine>();

        act.Should().Throw<GitOpsConfigurationException>().WithMessage("*call UseKubernetes()*");
    }
}
