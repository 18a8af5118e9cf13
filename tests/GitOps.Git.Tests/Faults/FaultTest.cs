using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Faults;

/// <summary>A repository that changes all over with each commit, so that a mirror that lost something cannot look whole.</summary>
public abstract class FaultTest : UpstreamTest
{
    private protected const int Files = 30;

    private protected Random Random { get; } = new(20261123);

    private protected async Task CommitAsync(int round)
    {
        var content = new byte[300];
        await Upstream.CommitAsync($"round {round}", Enumerable.Range(0, Files).Select(i =>
        {
            Random.NextBytes(content);
            return GitFileChange.Write($"d{i % 3}/f{i}.yaml", $"{round} {i} {Convert.ToHexString(content)}");
        }));
    }

    /// <summary>Asks Git itself whether the mirror is whole.</summary>
    private protected void Fsck()
    {
        if (Tools.HasGit)
        {
            Tools.Run("git", ["--git-dir", FindMirror().Current, "fsck", "--full", "--no-dangling"]);
        }
    }
}
