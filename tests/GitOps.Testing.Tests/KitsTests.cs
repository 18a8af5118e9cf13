using System.Text;
using GitOps.Testing.Kits;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Testing.Tests;

/// <summary>Our own implementations keep the promises that the kits demand of others.</summary>
public sealed class KitsTests
{
    private const string Good = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: b\n";

    [Fact]
    public async Task SourceConformance_DirectorySource_Passes()
    {
        var directory = Directory.CreateTempSubdirectory("gitops-kits-");
        try
        {
            Directory.CreateDirectory(Path.Combine(directory.FullName, "sub"));
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "a.yaml"), Good, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "sub", "b.txt"), "b", TestContext.Current.CancellationToken);

            await SourceConformance.CheckAsync(new DirectorySource(new DirectorySourceOptions { Directory = directory.FullName }), TestContext.Current.CancellationToken);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task RendererConformance_ManifestsRenderer_Passes() =>
        await RendererConformance.CheckAsync(new ManifestsRenderer(), Request(Good), Request("a: [unclosed"), TestContext.Current.CancellationToken);

    [Fact]
    public async Task NotifierConformance_LogNotifier_Passes()
    {
        var log = new FakeLogger<LogNotifier>();

        await NotifierConformance.CheckAsync(new LogNotifier(log), new FakeTimeProvider(), TestContext.Current.CancellationToken);

        log.Collector.Count.Should().Be(3, "each event is one line and the cancelled call none");
    }

    private static RenderRequest Request(string yaml) =>
        new("app", new MemoryFileTree(new Dictionary<string, ReadOnlyMemory<byte>> { ["app/all.yaml"] = Encoding.UTF8.GetBytes(yaml) }), TreePath.Parse("app"));
}
