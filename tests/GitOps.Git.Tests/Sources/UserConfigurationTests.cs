using System.Diagnostics;
using GitOps.Git.Tests.Faults;
using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Sources;

/// <summary>The user's Git configuration and environment: whatever they say, a source does what its options say.</summary>
public sealed class UserConfigurationTests : UpstreamTest
{
    [Theory]
    [InlineData("local")]
    [InlineData("http")]
    [InlineData("git")]
    public async Task FetchAsync_HostileConfigurationAndEnvironment_PlayNoPart(string transport)
    {
        await using var server = await ServeAsync(transport);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        var url = server.Options().Url;

        using var host = await RunAsync(url, "/");

        host.ExitCode.Should().Be(0, await host.StandardError.ReadToEndAsync(Token));
        (await host.StandardOutput.ReadToEndAsync(Token)).Should().EndWith(" 1\n");
        File.Exists(Scratch["called"]).Should().BeFalse("no program of the user was started");
    }

    [Fact]
    public async Task FetchAsync_ServerAsksForCredentials_HelpersAreNotAsked()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        server.Authorization = "Basic bWU6czNjcmV0";
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));

        using var host = await RunAsync($"{server.Url}/repo.git", "http://");

        host.ExitCode.Should().NotBe(0);
        (await host.StandardError.ReadToEndAsync(Token)).Should().Contain("asks for credentials");
        server.LastAuthorization.Should().BeEmpty();
        File.Exists(Scratch["called"]).Should().BeFalse();
    }

    private async Task<Process> RunAsync(string url, string rewritten)
    {
        var caller = $"!echo x >> {Scratch["called"]}; echo username=me; echo password=s3cret";
        var configuration = $"""
            [url "file:///nowhere/"]
            	insteadOf = "{rewritten}"
            	insteadOf = "git://"
            	insteadOf = "{url}"
            [core]
            	sshCommand = false
            	gitProxy = false
            	askPass = {Scratch["called"]}
            [http]
            	proxy = http://127.0.0.1:1
            	sslVerify = false
            	extraHeader = "Authorization: Basic bWU6czNjcmV0"
            [credential]
            	helper = "{caller}"
            [protocol]
            	allow = never
            """;
        foreach (var name in new[] { ".gitconfig", "git/config", "system" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Scratch[name])!);
            await File.WriteAllTextAsync(Scratch[name], configuration, Token);
        }

        await File.WriteAllTextAsync(Scratch[".netrc"], "machine 127.0.0.1 login me password s3cret\n", Token);
        var host = Victim.Start(
            url,
            Cache,
            1,
            0,
            ("HOME", Scratch.Path),
            ("XDG_CONFIG_HOME", Scratch.Path),
            ("GIT_CONFIG_GLOBAL", Scratch[".gitconfig"]),
            ("GIT_CONFIG_SYSTEM", Scratch["system"]),
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "url.file:///nowhere/.insteadOf"),
            ("GIT_CONFIG_VALUE_0", url),
            ("GIT_DIR", "/nowhere"),
            ("GIT_WORK_TREE", "/nowhere"),
            ("GIT_INDEX_FILE", "/nowhere"),
            ("GIT_NAMESPACE", "nowhere"),
            ("GIT_OBJECT_DIRECTORY", "/nowhere"),
            ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/nowhere"),
            ("GIT_CEILING_DIRECTORIES", "/"),
            ("GIT_ASKPASS", Scratch["called"]),
            ("GIT_SSH_COMMAND", "false"),
            ("GIT_PROXY_COMMAND", "false"),
            ("GIT_ALLOW_PROTOCOL", "none"));
        await host.WaitForExitAsync(Token).WaitAsync(Patience, Token);
        return host;
    }
}
