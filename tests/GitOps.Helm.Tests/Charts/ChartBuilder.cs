using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace GitOps.Helm.Tests.Charts;

/// <summary>Charts for tests, as trees and as packages.</summary>
internal static class ChartBuilder
{
    public const string ChartYaml = "apiVersion: v2\nname: demo\nversion: 1.2.3\n";

    public static MemoryFileTree Tree(params (string Path, string Text)[] files) => new(files.Select(f => KeyValuePair.Create(f.Path, f.Text)));

    public static HelmChart Chart(params (string Path, string Text)[] files) =>
        HelmChart.LoadDirectory(Tree(files.Any(f => f.Path == "Chart.yaml") ? files : [("Chart.yaml", ChartYaml), .. files]), TreePath.Root, cancellationToken: TestContext.Current.CancellationToken);

    public static byte[] Package(params (string Path, string Text)[] files) =>
        PackageEntries(files.Select(f => (TarEntry)new PaxTarEntry(TarEntryType.RegularFile, f.Path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(f.Text)) }));

    public static byte[] PackageEntries(IEnumerable<TarEntry> entries)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            foreach (var entry in entries)
            {
                tar.WriteEntry(entry);
            }
        }

        return stream.ToArray();
    }

    public static string Render(HelmChart chart, HelmOptions? options = null, Func<string, string?>? readFile = null) =>
        RenderRelease(chart, options, readFile).ToYaml();

    /// <summary>The text of one template, before anything is split or sorted.</summary>
    public static string RenderText(string template, string values, params HelmValuesSource[] more) =>
        HelmTemplate.RenderFilesAsync(
            Chart(("values.yaml", values), ("templates/t.yaml", template)), new HelmOptions { Values = more }, cancellationToken: TestContext.Current.CancellationToken)
            .AsTask().GetAwaiter().GetResult()["demo/templates/t.yaml"];

    public static HelmRelease RenderRelease(HelmChart chart, HelmOptions? options = null, Func<string, string?>? readFile = null) =>
        HelmTemplate.RenderAsync(chart, options ?? new HelmOptions(), readFile, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();
}
