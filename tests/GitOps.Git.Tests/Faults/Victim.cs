using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using GitOps.Git.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Git.Tests.Faults;

/// <summary>
/// The host that is killed: this test program itself, started again with an environment variable that says what to follow. It fetches what is new and
/// reads all of it, until somebody ends it.
/// </summary>
internal static class Victim
{
    public const string Variable = "GITOPS_GIT_TEST_VICTIM";

    /// <summary>Starts it.</summary>
    /// <param name="url">What it follows, with submodules.</param>
    /// <param name="cache">Where its mirrors are.</param>
    /// <param name="rounds">How often it looks for news.</param>
    /// <param name="daysBetween">How many days pass between two looks, by its own clock.</param>
    /// <param name="environment">What it finds in its environment.</param>
    public static Process Start(string url, string cache, int rounds, int daysBetween = 0, params (string Name, string Value)[] environment)
    {
        var program = Path.Combine(AppContext.BaseDirectory, Assembly.GetExecutingAssembly().GetName().Name! + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Variable] = string.Create(CultureInfo.InvariantCulture, $"{url}|{cache}|{rounds}|{daysBetween}");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs it.</summary>
    /// <param name="arguments">URL, cache directory, number of rounds and days between them, with <c>|</c> in between.</param>
    public static Task RunAsync(string arguments)
    {
        var parts = arguments.Split('|');
        return RunAsync(parts[0], parts[1], int.Parse(parts[2], CultureInfo.InvariantCulture), int.Parse(parts[3], CultureInfo.InvariantCulture));
    }

    private static async Task RunAsync(string url, string cache, int rounds, int daysBetween)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var pool = new GitRepositoryPool(daysBetween == 0 ? TimeProvider.System : clock);
        using var source = new GitSource(new GitSourceOptions { Url = url, CacheDirectory = cache, RecurseSubmodules = true }, pool);
        string? last = null;
        for (var round = 0; round < rounds; round++)
        {
            var revision = await source.ProbeAsync(CancellationToken.None);
            if (daysBetween == 0 || revision.Digest != last)
            {
                var artifact = await source.FetchAsync(revision, CancellationToken.None);
                var count = TreeReader.ReadAll(artifact.Tree);
                if (revision.Digest != last)
                {
                    last = revision.Digest;
                    await Console.Out.WriteLineAsync($"{revision.Digest} {count}");
                    await Console.Out.FlushAsync();
                }
            }

            clock.Advance(TimeSpan.FromDays(daysBetween));
        }
    }
}
