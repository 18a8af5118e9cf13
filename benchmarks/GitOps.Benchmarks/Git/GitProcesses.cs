using System.Diagnostics;
using System.Globalization;
using GitOps.Git;

namespace GitOps.Benchmarks.Git;

/// <summary>Whole processes in turn: ours does one thing and ends, as the git command line does. Tells the time and the memory at its peak of each, by <c>/usr/bin/time</c>.</summary>
internal static class GitProcesses
{
    public const string Compare = "--git-processes";
    public const string One = "--git-process";

    private const int Files = 10_000;
    private const int Runs = 9;

    /// <summary>What a process of ours does.</summary>
    public static async Task RunOneAsync(string what, string url, string cache)
    {
        using var source = new GitSource(new GitSourceOptions { Url = url, CacheDirectory = cache });
        var revision = await source.ProbeAsync(CancellationToken.None);
        if (what != "poll")
        {
            var artifact = await source.FetchAsync(revision, CancellationToken.None);
            Console.WriteLine(what == "tree" ? GitTreeBenchmarks.Read(artifact.Tree, TreePath.Root) : 0);
        }
    }

    public static void CompareAll()
    {
        using var fixture = new GitFixture(Files);
        Ours("fetch");
        Show("poll", () => { }, () => Ours("poll"), () => Git("ls-remote", fixture.Url, "refs/heads/main"));
        Show("fetch", fixture.Commit, () => Ours("fetch"), () => Git("--git-dir", fixture.Clone, "fetch", "-q", "origin", "+refs/heads/main:refs/heads/main"));
        Show("tree", () => { }, () => Ours("tree"), () => Git("--git-dir", fixture.Clone, "archive", "refs/heads/main"));

        Sample Ours(string what) => Measure(Environment.ProcessPath!, [One, what, fixture.Url, fixture.CacheDirectory]);
        static Sample Git(params string[] arguments) => Measure("git", arguments);
    }

    private static void Show(string what, Action prepare, Func<Sample> ours, Func<Sample> git)
    {
        var pairs = new List<(Sample Ours, Sample Git)>();
        for (var run = 0; run < Runs; run++)
        {
            prepare();
            pairs.Add((ours(), git()));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-6} ours {Median(pairs, p => p.Ours.Milliseconds),6:F0} ms {Median(pairs, p => p.Ours.Kilobytes) / 1024,5:F1} MiB   git {Median(pairs, p => p.Git.Milliseconds),6:F0} ms {Median(pairs, p => p.Git.Kilobytes) / 1024,5:F1} MiB"));
    }

    private static double Median(List<(Sample Ours, Sample Git)> pairs, Func<(Sample Ours, Sample Git), double> of) => pairs.Select(of).Order().ElementAt(pairs.Count / 2);

    private static Sample Measure(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/time", ["-f", "%M", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.BaseStream.CopyTo(Stream.Null);
        process.WaitForExit();
        var took = Stopwatch.GetElapsedTime(began);
        var said = errors.GetAwaiter().GetResult();
        return process.ExitCode == 0
            ? new Sample(took.TotalMilliseconds, double.Parse(said.Trim(), CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"{program} failed: {said}");
    }

    private sealed record Sample(double Milliseconds, double Kilobytes);
}
