using GitOps.Core.Tests.Registration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GitOps.Core.Tests.Configuration;

public sealed class SettingsCheckTests
{
    [Fact]
    public async Task Start_ValuesThatCannotBeRead_AreAllReportedWithTheirPathAndWhatIsAllowed()
    {
        await using var services = GitOpsServices.Create(new()
        {
            ["GitOps:Concurrency"] = "many",
            ["GitOps:Jitter"] = "5%",
            ["GitOps:NotificationTimeout"] = "soon",
            ["GitOps:DirectorySources:files:Directory"] = ".",
            ["GitOps:DirectorySources:files:Interval"] = "30",
            ["GitOps:DirectorySources:files:MaxFiles"] = "99999999999",
            ["GitOps:DirectorySources:files:MaxFileSize"] = "25MiB",
            ["GitOps:Manifests:apps:Source"] = "nowhere",
            ["GitOps:Manifests:apps:Interval"] = "5 minutes",
            ["GitOps:Manifests:apps:Prune"] = "yes please",
            ["GitOps:Manifests:apps:Drift"] = "Fix",
            ["GitOps:Manifests:apps:DependsOn"] = "infrastructure",
            ["GitOps:Manifests:apps:Wait:ForHealth"] = "true",
            ["GitOps:Manifests:apps:Ignore:0:Paths"] = "/spec/replicas",
        });

        services.Mistakes().Should().BeEquivalentTo(
            "GitOps:Concurrency is 'many': it must be a whole number from -2147483648 to 2147483647.",
            "GitOps:Jitter is '5%': it must be a number such as 0.05.",
            "GitOps:NotificationTimeout is 'soon': it must be a duration such as 30s, 5m, 1h30m or 00:05:00.",
            "GitOps:DirectorySources:files:Interval is '30': it must be a duration such as 30s, 5m, 1h30m or 00:05:00.",
            "GitOps:DirectorySources:files:MaxFiles is '99999999999': it must be a whole number from -2147483648 to 2147483647.",
            "GitOps:DirectorySources:files:MaxFileSize is '25MiB': it must be a whole number.",
            "GitOps:Manifests:apps:Interval is '5 minutes': it must be a duration such as 30s, 5m, 1h30m or 00:05:00.",
            "GitOps:Manifests:apps:Prune is 'yes please': it must be true or false.",
            "GitOps:Manifests:apps:Drift is 'Fix': it must be Correct, Warn, Report or Disabled.",
            "GitOps:Manifests:apps:DependsOn is a single value: it must be a list.",
            "GitOps:Manifests:apps:Wait has settings of its own: it must be true or false.",
            "GitOps:Manifests:apps:Ignore:0:Paths is a single value: it must be a list.",
            "Manifests 'apps': An Ignore rule has no Paths: name the fields as JSON pointers.",
            "Manifests 'apps': there is no source 'nowhere'; known are: files.");
    }

    [Fact]
    public async Task Start_UnknownSettings_AreReportedWithWhatWasMeant()
    {
        await using var services = GitOpsServices.Create(new()
        {
            ["GitOps:DirectorySources:files:Directory"] = ".",
            ["GitOps:DirectorySources:files:Branch"] = "main",
            ["GitOps:Manifests:apps:Source"] = "files",
            ["GitOps:Manifests:apps:Prun"] = "true",
            ["GitOps:Manifests:apps:dependOn:0"] = "x",
            ["GitOps:Manifests:apps:Ignore:0:Path"] = "/a",
            ["GitOps:Manifests:apps:Ignore:0:Paths:0"] = "/a",
            ["GitOps:Manifests:other"] = "files",
        });

        services.Mistakes().Should().BeEquivalentTo(
            "GitOps:DirectorySources:files:Branch is not a setting; known are: Directory, Interval, MaxFileSize, MaxFiles, Timeout.",
            "GitOps:Manifests:apps:Prun is not a setting: did you mean Prune?",
            "GitOps:Manifests:apps:dependOn is not a setting: did you mean DependsOn?",
            "GitOps:Manifests:apps:Ignore:0:Path is not a setting: did you mean Paths?",
            "GitOps:Manifests:other is a single value: it must be a section with settings such as AllowEmpty, DependsOn, Drift.",
            "Manifests 'other': Source is missing: name the source that holds the unit's files.");
    }

    [Fact]
    public async Task Start_ManyMistakes_AreOneReadableMessage()
    {
        await using var services = GitOpsServices.Create(new()
        {
            ["GitOps:Manifests:apps:Interval"] = "often",
            ["GitOps:Manifests:apps:Prune"] = "perhaps\nnot",
        });

        var act = () => services.GetRequiredService<GitOpsEngine>();

        act.Should().Throw<GitOpsConfigurationException>().Which.Message.Should().Be(string.Join(
            Environment.NewLine,
            "The GitOps configuration has 3 mistakes:",
            "  - GitOps:Manifests:apps:Interval is 'often': it must be a duration such as 30s, 5m, 1h30m or 00:05:00.",
            "  - GitOps:Manifests:apps:Prune is 'perhaps not': it must be true or false.",
            "  - Manifests 'apps': Source is missing: name the source that holds the unit's files."));
    }

    [Fact]
    public async Task Options_DurationsInBothForms_AreBound()
    {
        await using var services = GitOpsServices.Create(new()
        {
            ["GitOps:NotificationTimeout"] = "90s",
            ["GitOps:DirectorySources:files:Directory"] = ".",
            ["GitOps:Manifests:apps:Source"] = "files",
            ["GitOps:Manifests:apps:Interval"] = "1h30m",
            ["GitOps:Manifests:apps:RetryInterval"] = "500ms",
            ["GitOps:Manifests:apps:Timeout"] = "00:02:00",
            ["GitOps:Manifests:apps:drift"] = "warn",
            ["GitOps:Manifests:apps:DependsOn"] = "",
        });

        services.Mistakes().Should().BeEmpty();
        services.GetRequiredService<IOptions<GitOpsOptions>>().Value.NotificationTimeout.Should().Be(TimeSpan.FromSeconds(90));
        var options = services.GetRequiredService<IOptionsMonitor<ManifestsOptions>>().Get("apps");
        options.Interval.Should().Be(TimeSpan.FromMinutes(90));
        options.RetryInterval.Should().Be(TimeSpan.FromMilliseconds(500));
        options.Timeout.Should().Be(TimeSpan.FromMinutes(2));
        options.Drift.Should().Be(DriftPolicy.Warn);
        options.DependsOn.Should().BeEmpty();
    }

    [Fact]
    public async Task Start_JsonWithEmptySectionsAndNulls_IsReadAsAbsent()
    {
        const string Json = """
            {
              "GitOps": {
                "StateDirectory": null,
                "Manifests": { "apps": { "Source": "files", "Prune": null, "DependsOn": [], "Ignore": [], "TargetNamespace": "" } },
                "DirectorySources": { "files": { "Directory": "." } }
              }
            }
            """;
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Json))).Build();
        var all = new ServiceCollection();
        all.AddLogging();
        all.AddMetrics();
        all.AddSingleton<IApplier>(new Engine.FakeApplier());
        all.AddGitOps(configuration.GetSection("GitOps"));
        await using var services = all.BuildServiceProvider();

        services.Mistakes().Should().BeEmpty();
        services.GetRequiredService<IOptionsMonitor<ManifestsOptions>>().Get("apps").Prune.Should().BeTrue();
    }
}
