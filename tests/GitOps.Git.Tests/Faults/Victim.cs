using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Faults;

/// <summary>
/// The host that is killed: this test program itself, started again with an environment variable that says what to follow. It fetches what is new and
/// reads all of it, until somebody ends it.
/// </summary>
internal static class Victim
{
    public const string Variable = "GITOPS_GIT_TEST_VICTIM";

    /// <summary>Starts it.</summary>
    public static Process Start(string url, string cache, int rounds, params (string Name, string Value)[] environment)
    {
        var program = Path.Combine(AppContext.BaseDirectory, Assembly.GetExecutingAssembly().GetName().Name! + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Variable] = $"{url}|{cache}|{rounds}";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs it.</summary>
    /// <param name="arguments">URL, cache directory and number of rounds, with <c>|</c> in between.</param>
    public static Task RunAsync(string arguments)
    {
        var parts = arguments.Split('|');
        return RunAsync(parts[0], parts[1], int.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    private static async Task RunAsync(string url, string cache, int rounds)
    {
        using var source = new GitSource(new GitSourceOptions { Url = url, CacheDirectory = cache });
        string? last = null;
        for (var round = 0; round < rounds; round++)
        {
            var revision = await source.ProbeAsync(CancellationToken.None);
            var artifact = await source.FetchAsync(revision, CancellationToken.None);
            var count = TreeReader.ReadAll(artifact.Tree);
            if (revision.Digest != last)
            {
                last = revision.Digest;
                await Console.Out.WriteLineAsync($"{revision.Digest} {count}");
                await Console.Out.FlushAsync();
            }
        }
    }
}
