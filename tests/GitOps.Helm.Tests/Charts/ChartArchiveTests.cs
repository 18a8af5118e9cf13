using System.Formats.Tar;
using System.IO.Compression;
using CsCheck;

namespace GitOps.Helm.Tests.Charts;

public sealed class ChartArchiveTests
{
    [Fact]
    public void LoadArchive_Package_GivesTheChart()
    {
        var inner = ChartBuilder.Package(("sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 0.1.0\n"));
        var archive = ChartBuilder.PackageEntries(
        [
            Text("demo/Chart.yaml", "\uFEFFapiVersion: v2\nname: demo\nversion: 1.2.3\nappVersion: 1.10\ndeprecated: true\n"),
            new PaxTarEntry(TarEntryType.Directory, "demo/charts/"),
            new PaxTarEntry(TarEntryType.RegularFile, "demo/charts/sub-0.1.0.tgz") { DataStream = new MemoryStream(inner) },
        ]);

        var chart = HelmChart.LoadArchive(archive, cancellationToken: TestContext.Current.CancellationToken);

        (chart.Name, chart.Version, chart.AppVersion, chart.IsDeprecated).Should().Be(("demo", "1.2.3", "1.1", true));
        chart.Root.Dependencies.Should().ContainSingle().Which.FullPath.Should().Be("demo/charts/sub");
    }

    [Theory]
    [InlineData("demo/../../etc/passwd", "parent directory")]
    [InlineData("demo//etc/passwd", "absolute paths")]
    [InlineData("demo\\..\\..\\x", "parent directory")]
    [InlineData("demo/c:/windows", "illegally named")]
    [InlineData("Chart.yaml", "outside the base directory")]
    [InlineData("Chart.yaml/x", "not in base directory")]
    public void LoadArchive_PathThatLeaves_IsRefused(string path, string message) => Refused([Text(path, "x")]).Message.Should().Contain(message);

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    public void LoadArchive_Link_IsRefused(TarEntryType type)
    {
        var entry = new PaxTarEntry(type, "demo/values.yaml");
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            entry.LinkName = "/etc/passwd";
        }

        Refused([entry]).Message.Should().Contain("no regular file");
    }

    [Fact]
    public void LoadArchive_LargeFile_IsRefused() =>
        Refused([Text("demo/big", new string('x', 2000))], new ChartLimits { MaxFileSize = 1000 }).Reason.Should().Be(Reasons.LimitExceeded);

    [Fact]
    public void LoadArchive_ManyBytes_AreRefused() =>
        Refused([Text("demo/a", new string('x', 900)), Text("demo/b", new string('x', 900))], new ChartLimits { MaxChartSize = 1000 }).Reason.Should().Be(Reasons.LimitExceeded);

    [Fact]
    public void LoadArchive_ManyFiles_AreRefused() =>
        Refused([Text("demo/a", "x"), Text("demo/b", "x")], new ChartLimits { MaxFiles = 1 }).Reason.Should().Be(Reasons.LimitExceeded);

    [Fact]
    public void LoadArchive_Bomb_IsRefusedBeforeItIsUnpacked()
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            // Empty directory entries without end: no file is too large, yet the archive never stops.
            var header = new byte[512 * 64];
            for (var i = 0; i < 4096; i++)
            {
                gzip.Write(header);
            }
        }

        var act = () => HelmChart.LoadArchive(stream.ToArray(), new ChartLimits { MaxChartSize = 1024, MaxFiles = 8 });
        act.Should().Throw<HelmException>();
    }

    [Fact]
    public void LoadArchive_NestedTooDeep_IsRefused()
    {
        var archive = ChartBuilder.Package(("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"));
        for (var i = 0; i < 6; i++)
        {
            archive = ChartBuilder.PackageEntries(
            [
                Text("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
                new PaxTarEntry(TarEntryType.RegularFile, "c/charts/c.tgz") { DataStream = new MemoryStream(archive) },
            ]);
        }

        var act = () => HelmChart.LoadArchive(archive, new ChartLimits { MaxDepth = 4 });
        act.Should().Throw<HelmException>().Which.Message.Should().Contain("nest deeper than 4");
    }

    [Fact]
    public void LoadArchive_DamagedBytes_NeverGiveAnotherException()
    {
        var archive = ChartBuilder.Package(("demo/Chart.yaml", ChartBuilder.ChartYaml), ("demo/values.yaml", "a: 1\n"), ("demo/templates/x.yaml", "a: {{ .Values.a }}\n"));
        Gen.Select(Gen.Int[0, archive.Length - 1], Gen.Byte, Gen.Int[0, archive.Length]).Sample((at, value, length) =>
        {
            var damaged = archive[..length];
            if (at < damaged.Length)
            {
                damaged[at] = value;
            }

            try
            {
                HelmChart.LoadArchive(damaged);
            }
            catch (HelmException)
            {
                // The only way out for bytes that are no chart.
            }
        });
    }

    private static PaxTarEntry Text(string path, string text) => new(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)) };

    private static HelmException Refused(IEnumerable<TarEntry> entries, ChartLimits? limits = null)
    {
        var archive = ChartBuilder.PackageEntries(entries);
        var act = () => HelmChart.LoadArchive(archive, limits);
        return act.Should().Throw<HelmException>().Which;
    }
}
