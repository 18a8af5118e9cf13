using GitOps.Core.Tests.Engine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace GitOps.Core.Tests.Registration;

/// <summary>One name is one source or unit: the configuration and one call in code make it together, anything more is a mistake.</summary>
public sealed class DuplicateNamesTests
{
    private static readonly Dictionary<string, string?> Configured = new()
    {
        ["GitOps:DirectorySources:files:Directory"] = ".",
        ["GitOps:Manifests:web:Source"] = "files",
        ["GitOps:Manifests:web:Interval"] = "1h",
        ["GitOps:Manifests:web:DependsOn:0"] = "base",
        ["GitOps:Manifests:base:Source"] = "files",
    };

    [Fact]
    public async Task Code_SameUnitTwice_IsAMistake()
    {
        await using var services = GitOpsServices.Create([], b => b
            .AddDirectorySource("files", s => s.Directory = ".")
            .AddManifests("web", o => o.Source = "files")
            .AddManifests("web", o => o.Source = "files"));

        services.Mistakes().Should().Equal("Unit 'web' is registered 2 times in code: names must be unique.");
    }

    [Fact]
    public async Task Code_SameSourceTwice_IsAMistake()
    {
        await using var services = GitOpsServices.Create([], b => b
            .AddDirectorySource("files", s => s.Directory = ".")
            .AddDirectorySource("files", s => s.Directory = "other"));

        services.Mistakes().Should().Equal("Source 'files' is registered 2 times in code: names must be unique.");
    }

    [Fact]
    public async Task ConfigurationAndCode_SameName_IsOneThatTheCodeRefines()
    {
        await using var services = GitOpsServices.Create(Configured, b => b
            .AddDirectorySource("files", s => s.Interval = TimeSpan.FromMinutes(3))
            .AddManifests("web", o => o.Prune = false));

        services.Mistakes().Should().BeEmpty();
        services.GetRequiredService<GitOpsEngine>().GetUnits().Select(u => u.Name).Should().Equal("base", "web");
        services.GetRequiredService<IOptionsMonitor<DirectorySourceOptions>>().Get("files").Should().BeEquivalentTo(new { Directory = ".", Interval = TimeSpan.FromMinutes(3) });
        services.GetRequiredService<IOptionsMonitor<ManifestsOptions>>().Get("web").Should().BeEquivalentTo(new { Interval = TimeSpan.FromHours(1), Prune = false });
    }

    [Fact]
    public async Task ConfigurationAndTwoCallsInCode_SameName_IsAMistake()
    {
        await using var services = GitOpsServices.Create(Configured, b => b
            .AddDirectorySource("files", s => s.Interval = TimeSpan.FromMinutes(3))
            .AddDirectorySource("files", s => s.Interval = TimeSpan.FromMinutes(4))
            .AddManifests("web", o => o.Prune = false)
            .AddManifests("web", o => o.Prune = true));

        services.Mistakes().Should().Equal(
            "Source 'files' is registered 2 times in code: names must be unique.",
            "Unit 'web' is registered 2 times in code: names must be unique.");
    }

    [Fact]
    public async Task ConfigurationAndCode_SameNameOfAnotherKind_IsAMistake()
    {
        await using var services = GitOpsServices.Create(Configured, b => b
            .AddSource("files", _ => new FakeSource())
            .AddUnit<NothingRenderer>("web", o => o.Source = "files"));

        services.Mistakes().Should().Equal(
            "Source 'files' is registered as Custom and as Directory: names must be unique.",
            "Unit 'web' is registered as Manifests and as NothingRenderer: names must be unique.");
    }

    [Fact]
    public async Task AddGitOps_SameSectionAgain_ChangesNothing()
    {
        var all = Services();
        all.AddGitOps(GitOpsServices.Section(Configured)).AddManifests("web", o => o.Prune = false);
        all.AddGitOps(GitOpsServices.Section(Configured));
        all.AddGitOps();
        await using var services = all.BuildServiceProvider();

        services.Mistakes().Should().BeEmpty();
        services.GetRequiredService<GitOpsEngine>().GetUnits().Should().HaveCount(2);
        services.GetServices<IHostedService>().Should().ContainSingle();
        services.GetServices<INotifier>().Should().ContainSingle();
        services.GetRequiredService<IOptionsMonitor<ManifestsOptions>>().Get("web").DependsOn.Should().Equal("base");
    }

    [Fact]
    public async Task AddGitOps_SectionAfterCode_IsReadAndTheCodeKeepsTheLastWord()
    {
        var all = Services();
        all.AddGitOps().AddManifests("web", o => o.Interval = TimeSpan.FromHours(2));
        all.AddGitOps(GitOpsServices.Section(Configured));
        await using var services = all.BuildServiceProvider();

        services.Mistakes().Should().BeEmpty();
        services.GetRequiredService<GitOpsEngine>().GetUnits().Select(u => u.Name).Should().Equal("base", "web");
        services.GetRequiredService<IOptionsMonitor<ManifestsOptions>>().Get("web").Should().BeEquivalentTo(new { Source = "files", Interval = TimeSpan.FromHours(2) });
    }

    [Fact]
    public async Task AddGitOps_AnotherSection_IsAMistake()
    {
        var all = Services();
        all.AddGitOps(GitOpsServices.Section(Configured));
        all.AddGitOps(new ConfigurationBuilder().AddInMemoryCollection().Build().GetSection("Other"));
        await using var services = all.BuildServiceProvider();

        services.Mistakes().Should().Contain("AddGitOps was given the sections 'GitOps' and 'Other': give it one section, as often as you like.");
    }

    private static ServiceCollection Services()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton<IApplier>(new FakeApplier());
        return services;
    }

    private sealed class NothingRenderer : IRenderer
    {
        public ValueTask<RenderResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken) => ValueTask.FromResult(RenderResult.Success([]));
    }
}
