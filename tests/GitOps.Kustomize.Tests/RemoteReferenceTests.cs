using GitOps.Kustomize.Loading;

namespace GitOps.Kustomize.Tests;

public sealed class RemoteReferenceTests
{
    [Theory]
    [InlineData("https://git.example.com/team/app", "https://git.example.com/team/app", "", "")]
    [InlineData("https://git.example.com/team/app/base/dev?ref=v1", "https://git.example.com/team/app", "base/dev", "v1")]
    [InlineData("https://git.example.com/a/b/c//base?version=v2", "https://git.example.com/a/b/c", "base", "v2")]
    [InlineData("https://git.example.com/a/b/c.git/base?ref=x&version=y", "https://git.example.com/a/b/c.git", "base", "x")]
    [InlineData("https://me@dev.example.com/org/project/_git/repo/path/to", "https://me@dev.example.com/org/project/_git/repo", "path/to", "")]
    [InlineData("HTTPS://GitHub.com/org/repo/dir", "https://github.com/org/repo", "dir", "")]
    [InlineData("http://github.com/org/repo", "https://github.com/org/repo", "", "")]
    [InlineData("github.com/org/repo//dir?ref=main", "https://github.com/org/repo", "dir", "main")]
    [InlineData("git@github.com:org/repo", "git@github.com:org/repo", "", "")]
    [InlineData("ssh://github.com/org/repo.git", "github.com:org/repo.git", "", "")]
    [InlineData("ssh://git@github.com/org/repo", "git@github.com:org/repo", "", "")]
    [InlineData("ssh://git@host.example.com:7999/team/app.git//dir", "ssh://git@host.example.com:7999/team/app.git", "dir", "")]
    [InlineData("git@host.example.com:team/app.git/dir", "git@host.example.com:team/app.git", "dir", "")]
    [InlineData("git::https://git.example.com/team/app.git", "https://git.example.com/team/app.git", "", "")]
    [InlineData("file:///srv/repo.git/dir?ref=x", "file:///srv/repo.git", "dir", "x")]
    [InlineData("file:///srv/repo", "file:///srv/repo", "", "")]
    public void TryParse_RemoteReference_SplitsRepositoryAndDirectory(string text, string url, string directory, string reference)
    {
        var parsed = RemoteReference.TryParse(text);

        parsed.Should().NotBeNull();
        (parsed!.CloneUrl, parsed.Directory, parsed.Reference).Should().Be((url, directory, reference));
    }

    [Theory]
    [InlineData("../base")]
    [InlineData("base.yaml")]
    [InlineData("/github.com/org/repo")]
    [InlineData("github.com")]
    [InlineData("github.com/org")]
    [InlineData("host.example.com/team/app")]
    [InlineData("https://git.example.com/app")]
    [InlineData("https://git.example.com/team/app//../../x")]
    [InlineData("git://host.example.com/team/app")]
    [InlineData("https://")]
    public void TryParse_Path_IsNothing(string text) => RemoteReference.TryParse(text).Should().BeNull();

    [Theory]
    [InlineData("", 27, true)]
    [InlineData("?timeout=90", 90, true)]
    [InlineData("?timeout=1m30s&submodules=false", 90, false)]
    [InlineData("?timeout=-5&submodules=maybe", 27, true)]
    [InlineData("?timeout=.5h&submodules=0", 1800, false)]
    [InlineData("?ref=%zz&timeout=90", 27, true)]
    public void TryParse_Query_GivesTimeoutAndSubmodules(string query, int seconds, bool submodules)
    {
        var parsed = RemoteReference.TryParse($"https://git.example.com/team/app{query}")!;

        (parsed.Timeout, parsed.Submodules).Should().Be((TimeSpan.FromSeconds(seconds), submodules));
    }
}
