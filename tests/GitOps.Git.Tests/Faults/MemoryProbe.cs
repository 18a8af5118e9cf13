using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace GitOps.Git.Tests.Faults;

/// <summary>A host of its own that polls and fetches once, and says how much memory that took at its peak: this test program, started again.</summary>
internal static class MemoryProbe
{
    public const string Variable = "GITOPS_GIT_TEST_MEMORY";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs it.</summary>
    /// <returns>In KiB: resident memory at its peak after a poll, then after a fetch; and the most anonymous memory, which is in no file, during the fetch.</returns>
    public static async Task<(long Poll, long Fetch, long Anonymous)> RunAsync(GitSourceOptions options, string file, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string?>
        {
            ["url"] = options.Url,
            ["cache"] = options.CacheDirectory,
            ["authority"] = await ReadAsync(options.Credentials.CertificateAuthority),
            ["key"] = await ReadAsync(options.Credentials.PrivateKey),
            ["hosts"] = await ReadAsync(options.Credentials.KnownHosts),
        };
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings), cancellationToken);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, Assembly.GetExecutingAssembly().GetName().Name!)) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Variable] = file;

        // The collector waits for as much garbage as the processor's cache holds; what counts here is what is needed. In hex: 4 MiB.
        start.Environment["DOTNET_GCgen0size"] = "400000";
        using var host = Process.Start(start)!;
        var errors = host.StandardError.ReadToEndAsync(cancellationToken);
        var output = await host.StandardOutput.ReadToEndAsync(cancellationToken);
        await host.WaitForExitAsync(cancellationToken);
        host.ExitCode.Should().Be(0, await errors);
        var figures = output.Trim().Split(' ').Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToList();
        return (figures[0], figures[1], figures[2]);

        async Task<string?> ReadAsync(GitSecret? secret) => secret is null ? null : await secret.ReadAsync(cancellationToken);
    }

    /// <summary>What the other process does.</summary>
    public static async Task RunAsync(string file)
    {
        var settings = JsonSerializer.Deserialize<Dictionary<string, string?>>(await File.ReadAllTextAsync(file))!;
        using var source = new GitSource(new GitSourceOptions
        {
            Url = settings["url"]!,
            CacheDirectory = settings["cache"],
            Credentials = { CertificateAuthority = settings["authority"], PrivateKey = settings["key"], KnownHosts = settings["hosts"] },
        });
        var revision = await source.ProbeAsync(CancellationToken.None);
        var poll = Read("VmHWM");
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() => WatchAsync(stop.Token), CancellationToken.None);
        await source.FetchAsync(revision, CancellationToken.None);
        await stop.CancelAsync();
        var anonymous = await watching;
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{poll} {Read("VmHWM")} {anonymous}"));
    }

    private static async Task<long> WatchAsync(CancellationToken stop)
    {
        var most = 0L;
        while (!stop.IsCancellationRequested)
        {
            most = Math.Max(most, Read("RssAnon"));
            await Task.Delay(Interval, TimeProvider.System, CancellationToken.None);
        }

        return most;
    }

    private static long Read(string field) =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(field + ":", StringComparison.Ordinal)).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
