using System.Text.Json;
using GitOps.Kustomize;
using GitOps.Kustomize.Loading;

namespace GitOps.Conformance.Tests.Kustomize;

/// <summary>Every recorded input with a few bytes changed: it builds or is refused, it never crashes or hangs.</summary>
public sealed class MutatedCasesTests
{
    private const int MutationsPerCase = 4;

    private static readonly byte[][] s_fragments =
    [
        .. new[]
        {
            "", "\n", " ", "\t", ":", "- ", "null", "~", "[]", "{}", "'", "\"", "&a ", "*a", "<<: *a\n", "|", ">-", "# ", "---\n", "!!int ", "$patch: delete\n", "0x", "1e999",
            "../", "/", "$(VAR)", "\ufeff", "\u0085", "metadata: null\n", "kind: List\n", "(", "[*]",
        }.Select(System.Text.Encoding.UTF8.GetBytes),
        [0], [0xff],
    ];

    [Fact]
    public void Build_MutatedCase_GivesOutputOrAnError()
    {
        var directory = RecordedData.Require("conformance/kustomize");
        var seed = 0;
        var outcomes = new Dictionary<bool, int> { [true] = 0, [false] = 0 };

        // A build that hangs would be stopped by this and fail as one that is not refused by an error of its own.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(10));
        foreach (var folder in Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
            var input = Path.Combine(folder, "input");
            var files = Directory.GetFiles(input, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => TreePath.Parse(Path.GetRelativePath(input, f).Replace('\\', '/'))).ToArray();
            var random = new Random(Seed: ++seed);
            for (var i = 0; i < MutationsPerCase && files.Length > 0; i++)
            {
                var tree = new OneFileChanged(new DiskFileTree(input), files[random.Next(files.Length)], bytes => Mutate(bytes, random));
                outcomes[Builds(tree, TreePath.Parse(document.RootElement.GetProperty("target").GetString()!), patience.Token)]++;
            }
        }

        outcomes[true].Should().BePositive();
        outcomes[false].Should().BePositive();
    }

    private static bool Builds(IFileTree tree, TreePath target, CancellationToken cancellationToken)
    {
        try
        {
            KustomizeBuild.Run(tree, target, KustomizeOptions.Default, legacyOrder: false, cancellationToken);
            return true;
        }
        catch (GitOpsException e)
        {
            e.Message.Should().NotBeNullOrWhiteSpace();
            return false;
        }
    }

    private static byte[] Mutate(ReadOnlySpan<byte> content, Random random)
    {
        var at = random.Next(content.Length + 1);
        var end = at + Math.Min(content.Length - at, random.Next(3) == 0 ? random.Next(40) : 0);
        return [.. content[..at], .. s_fragments[random.Next(s_fragments.Length)], .. random.Next(4) == 0 ? content[at..end] : default, .. content[end..]];
    }

    private sealed class OneFileChanged(IFileTree tree, TreePath changed, Func<ReadOnlySpan<byte>, byte[]> change) : IFileTree
    {
        private byte[]? _content;

        public TreeEntry? Find(TreePath path) => tree.Find(path);

        public IReadOnlyList<TreeEntry> List(TreePath directory) => tree.List(directory);

        public ReadOnlyMemory<byte> Read(TreePath file) => file == changed ? _content ??= change(tree.Read(file).Span) : tree.Read(file);
    }
}
