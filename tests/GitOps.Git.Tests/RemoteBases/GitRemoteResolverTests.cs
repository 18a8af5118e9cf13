using System.Net;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Git.Tests.RemoteBases;

public sealed class GitRemoteResolverTests() : UpstreamTest(defaultBranch: "trunk", clock: new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)))
{
    [Fact]
    public async Task FetchRepositoryAsync_References_AreTagsBeforeBranchesAndCommits()
    {
        var first = await CommitAsync("trunk", "1");
        await CommitAsync("v1", "branch");
        await CommitAsync("next", "next");
        await Upstream.TagAsync("v1", first, cancellationToken: Token);
        using var resolver = Resolver("localhost");

        (await ReadAsync(resolver, null)).Should().Be("1");
        (await ReadAsync(resolver, "v1")).Should().Be("1");
        (await ReadAsync(resolver, "next")).Should().Be("next");
        (await ReadAsync(resolver, first.Digest)).Should().Be("1");
        (await ReadAsync(resolver, "refs/heads/v1")).Should().Be("branch");
    }

    [Fact]
    public async Task FetchRepositoryAsync_HostNotAllowed_IsRefusedBeforeAnythingIsAsked()
    {
        using var resolver = Resolver("git.example.com");

        var fetch = async () => await ReadAsync(resolver, null);

        (await fetch.Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(Reasons.Forbidden);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "content")]
    [InlineData(HttpStatusCode.NotFound, null)]
    [InlineData(HttpStatusCode.Redirect, null)]
    public async Task FetchFileAsync_Answer_GivesContentOrNothing(HttpStatusCode status, string? expected)
    {
        using var resolver = Resolver("files.example.com", _ => new HttpResponseMessage(status) { Content = new StringContent("content") });

        var content = await resolver.FetchFileAsync(new Uri("https://files.example.com/a.yaml"), Token);

        (content is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes.Span) : null).Should().Be(expected);
    }

    [Theory]
    [InlineData("https://other.example.com/a.yaml", Reasons.Forbidden)]
    [InlineData("ftp://files.example.com/a.yaml", Reasons.FetchFailed)]
    [InlineData("https://files.example.com/large.yaml?token=hidden", Reasons.LimitExceeded)]
    public async Task FetchFileAsync_WhatIsNotAllowed_IsAnErrorWithoutTheQuery(string url, string reason)
    {
        using var resolver = Resolver("files.example.com", _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(new string('x', 2000)) });

        var fetch = async () => await resolver.FetchFileAsync(new Uri(url), Token);

        var error = (await fetch.Should().ThrowAsync<GitOpsException>()).Which;
        error.Reason.Should().Be(reason);
        error.Message.Should().NotContain("hidden");
    }

    private ValueTask<Revision> CommitAsync(string branch, string content) =>
        Upstream.CommitAsync(new GitCommit { Branch = branch, Message = content, Changes = [GitFileChange.Write("a.txt", content)] }, Token);

    private GitRemoteResolver Resolver(string host, Func<HttpRequestMessage, HttpResponseMessage>? answer = null)
    {
        var options = new GitRemoteResolverOptions { Configure = o => o.CacheDirectory = Cache, MaxFileSize = 1000 };
        options.AllowedHosts.Add(host);
        if (answer is not null)
        {
            options.CreateHttpClient = () => new HttpClient(new AnsweringHandler(answer));
        }

        return new GitRemoteResolver(options);
    }

    private async Task<string> ReadAsync(GitRemoteResolver resolver, string? reference)
    {
        var tree = await resolver.FetchRepositoryAsync(new RemoteRepository($"file://{Upstream.Directory}", reference, true, TimeSpan.FromSeconds(27)), Token);
        return Text(tree, "a.txt");
    }

    private sealed class AnsweringHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
