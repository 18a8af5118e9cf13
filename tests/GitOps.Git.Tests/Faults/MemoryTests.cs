using System.Globalization;
using System.Security.Cryptography;

namespace GitOps.Git.Tests.Faults;

/// <summary>What a host needs at its peak: what a pack holds goes to disk as it comes, however large it is.</summary>
public sealed class MemoryTests : UpstreamTest
{
    /// <summary>200 MiB for the figures, less in between.</summary>
    private static readonly int Size = Environment.GetEnvironmentVariable("GITOPS_FIGURES") == "1" ? 200 : 48;

    /// <summary>Twice what is needed, in MiB, however large the repository is.</summary>
    private const int Most = 16;

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("ssh")]
    [InlineData("git")]
    public async Task FetchAsync_LargePack_IsNotHeldInMemory(string transport)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory is read from /proc");
        await using var server = await ServeAsync(transport);
        await Upstream.CommitAsync("small", GitFileChange.Write("a.yaml", "1"));
        var little = await MemoryProbe.RunAsync(server.Options(), Scratch["settings"], Token);
        var bytes = new byte[1024 * 1024];
        for (var i = 0; i < Size; i += 8)
        {
            await Upstream.CommitAsync($"large {i}", Enumerable.Range(0, 8).Select(j =>
            {
                RandomNumberGenerator.Fill(bytes);
                return GitFileChange.Write($"large/{i + j}.bin", bytes.ToArray());
            }));
        }

        var large = await MemoryProbe.RunAsync(server.Options(), Scratch["settings"], Token);

        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{transport}, MiB: poll {little.Poll >> 10}, fetch of one file {little.Fetch >> 10}, fetch of {Size} MiB {large.Fetch >> 10}, of which in no file {large.Anonymous >> 10} ({little.Anonymous >> 10} without)"));
        ((large.Anonymous - little.Anonymous) >> 10).Should().BeLessThan(Most, "what comes is written to disk, not kept");
    }
}
