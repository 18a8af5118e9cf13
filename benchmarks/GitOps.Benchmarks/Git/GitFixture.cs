using System.Diagnostics;
using System.Globalization;
using GitOps.Git;
using GitOps.Git.Tests.Servers;

namespace GitOps.Benchmarks.Git;

/// <summary>A repository of many small files behind <c>git daemon</c>, and a clone of it that the git command line works on.</summary>
internal sealed class GitFixture : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("gitops-bench-git-").FullName;
    private readonly BareGitRepository _upstream;
    private readonly GitDaemon _daemon;
    private int _commits;

    public GitFixture(int files)
    {
        _upstream = BareGitRepository.Create(Path.Combine(_directory, "srv", "repo.git"));
        var changes = Enumerable.Range(0, files).Select(i => GitFileChange.Write(PathOf(i), Content(i, 0))).ToList();
        _upstream.CommitAsync("first", changes).AsTask().GetAwaiter().GetResult();
        Files = files;
        _daemon = GitDaemon.StartAsync(Path.Combine(_directory, "srv")).GetAwaiter().GetResult();
        Url = $"{_daemon.Url}/repo.git";
        Clone = Path.Combine(_directory, "clone.git");
        Git("clone", "-q", "--bare", Url, Clone);
    }

    public int Files { get; }

    public string Url { get; }

    public string Clone { get; }

    public string CacheDirectory => Path.Combine(_directory, "cache");

    public void Commit()
    {
        _commits++;
        _upstream.CommitAsync($"commit {_commits}", GitFileChange.Write(PathOf(_commits % Files), Content(_commits % Files, _commits))).AsTask().GetAwaiter().GetResult();
    }

    public static long Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var process = Process.Start(start)!;
        long length = 0;
        var buffer = new byte[64 * 1024];
        while (process.StandardOutput.BaseStream.Read(buffer) is var read and > 0)
        {
            length += read;
        }

        process.WaitForExit();
        return process.ExitCode == 0 ? length : throw new InvalidOperationException($"git {string.Join(' ', arguments)} failed");
    }

    public void Dispose()
    {
        _daemon.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _upstream.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static string PathOf(int i) => string.Create(CultureInfo.InvariantCulture, $"apps/team-{i % 20:00}/unit-{i / 20 % 50:00}/file-{i / 1000:00}.yaml");

    private static string Content(int i, int commit) =>
        string.Create(CultureInfo.InvariantCulture, $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: unit-{i}\n  namespace: team-{i % 20}\ndata:\n  commit: \"{commit}\"\n  hash: {(uint)(i * 2654435761):x8}\n");
}
