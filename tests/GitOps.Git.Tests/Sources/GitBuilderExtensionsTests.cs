using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GitOps.Git.Tests.Sources;

public sealed class GitBuilderExtensionsTests
{
    [Fact]
    public async Task AddGit_Configuration_BindsSecretsWithoutReadingThem()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["token"], "from-file\n", TestContext.Current.CancellationToken);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["GitSources:apps:Url"] = "https://example.com/org/apps.git",
            ["GitSources:apps:Reference:SemVer"] = ">=1.0.0",
            ["GitSources:apps:Credentials:Username"] = "me",
            ["GitSources:apps:Credentials:Password:File"] = directory["token"],
            ["GitSources:apps:Verification:Mode"] = "TagAndHead",
            ["GitSources:apps:Verification:SshKeys:0"] = "ssh-ed25519 AAAA",
            ["GitSources:apps:Limits:BlobSize"] = "100",
        }).Build();
        var services = new ServiceCollection();
        services.AddGitOps(configuration).AddGit().AddGitSource("apps", o => o.RecurseSubmodules = true);
        await using var provider = services.BuildServiceProvider();

        var options = provider.GetRequiredService<IOptionsMonitor<GitSourceOptions>>().Get("apps");
        configuration["GitSources:apps:Credentials:Username"] = "somebody else";
        var read = await ResolvedCredentials.ReadAsync(options.Credentials, GitProtocol.Https, null, TestContext.Current.CancellationToken);

        options.Reference.SemVer.Should().Be(">=1.0.0");
        options.RecurseSubmodules.Should().BeTrue();
        options.Limits.BlobSize.Should().Be(100);
        options.Verification!.Mode.Should().Be(GitVerificationMode.TagAndHead);
        options.Verification.SshKeys.Should().ContainSingle();
        read.Username.Should().Be("somebody else");
        read.Password.Should().Be("from-file");
        options.Credentials.ToString().Should().NotContain("me");
        provider.GetServices<SourceRegistration>().Should().OnlyContain(r => r.Name == "apps" && r.Kind == "Git", "code refines what stands in the configuration");
    }
}
