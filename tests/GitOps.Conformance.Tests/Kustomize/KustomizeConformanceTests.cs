using System.Text.Json;
using GitOps.Kustomize;
using GitOps.Kustomize.Loading;

namespace GitOps.Conformance.Tests.Kustomize;

public sealed class KustomizeConformanceTests : IClassFixture<PassCount>
{
    private readonly PassCount _count;

    public KustomizeConformanceTests(PassCount count) => _count = count;

    public static TheoryData<string> Cases()
    {
        var data = new TheoryData<string>();
        if (RecordedData.Find("conformance/kustomize") is { } directory)
        {
            foreach (var name in Directory.EnumerateDirectories(directory).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal))
            {
                data.Add(name);
            }
        }
        else
        {
            data.Add("");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Build_RecordedCase_GivesTheSameBytes(string name)
    {
        var directory = Path.Combine(RecordedData.Require("conformance/kustomize"), name);
        _count.Start();
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "case.json")));
        var test = document.RootElement;
        var options = new KustomizeOptions
        {
            LoadRestrictor = test.TryGetProperty("loadRestrictor", out var restrictor) && restrictor.GetString() == "none" ? LoadRestrictor.None : LoadRestrictor.RootOnly,
        };
        using var input = LinkedInput.Open(Path.Combine(directory, "input"), test);
        var tree = new DiskFileTree(input.Directory);
        var target = TreePath.Parse(test.GetProperty("target").GetString()!);
        if (test.GetProperty("expect").GetString() == "error")
        {
            foreach (var legacy in (bool[])[true, false])
            {
                var build = () => KustomizeBuild.Run(tree, target, options, legacy, TestContext.Current.CancellationToken);
                var message = build.Should().Throw<GitOpsException>("kustomize refuses it: {0}", File.ReadAllText(Path.Combine(directory, "expected-error.txt"))).Which.Message;
                Names(input.Directory).Should().Contain(n => message.Contains(n, StringComparison.Ordinal), "a message names the file: {0}", message);
            }
        }
        else
        {
            Compare(directory, "expected.yaml", KustomizeBuild.Run(tree, target, options, legacyOrder: true, TestContext.Current.CancellationToken));
            var second = File.Exists(Path.Combine(directory, "expected.reorder-none.yaml")) ? "expected.reorder-none.yaml"
                : test.TryGetProperty("reorderNone", out var order) && order.GetString() == "same" ? "expected.yaml"
                : null;
            if (second is not null)
            {
                Compare(directory, second, KustomizeBuild.Run(tree, target, options, legacyOrder: false, TestContext.Current.CancellationToken));
            }
        }

        _count.Pass();
    }

    /// <summary>What a message can name: the files and folders of a case.</summary>
    private static IEnumerable<string> Names(string directory) =>
        Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)!);

    private static void Compare(string directory, string file, byte[] actual)
    {
        var expected = File.ReadAllBytes(Path.Combine(directory, file));
        if (!expected.AsSpan().SequenceEqual(actual))
        {
            Assert.Equal(File.ReadAllText(Path.Combine(directory, file)), System.Text.Encoding.UTF8.GetString(actual));
            Assert.Fail("the bytes differ");
        }
    }
}
