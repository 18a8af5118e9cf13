using System.Text;
using GitOps.Git.Tests.Servers;
using LibGit2Sharp;

namespace GitOps.Git.Tests.Trees;

public sealed class GitFileTreeTests : UpstreamTest
{
    [Fact]
    public async Task Find_Entries_HaveGitsIdsAndSizes()
    {
        var tree = await TreeAsync(("apps/a.yaml", "one"), ("apps/b.yaml", "three"));

        tree.Find(TreePath.Parse("apps/b.yaml")).Should().Be(new TreeEntry(TreePath.Parse("apps/b.yaml"), TreeEntryKind.File, "1d19714ffbc272ba0da6eb419d66123c20527174", 5));
        tree.Find(TreePath.Parse("apps"))!.Kind.Should().Be(TreeEntryKind.Directory);
        tree.Find(TreePath.Parse("nope")).Should().BeNull();
        tree.Find(TreePath.Parse("apps/a.yaml/x")).Should().BeNull();
        tree.List(TreePath.Parse("apps/a.yaml")).Should().BeEmpty();
        tree.Invoking(t => t.Read(TreePath.Parse("apps"))).Should().Throw<GitOpsException>().Which.Reason.Should().Be(Reasons.NotFound);
    }

    [Fact]
    public async Task ContentId_SecondCommit_ChangesOnTheWayToTheFileOnly()
    {
        var before = await TreeAsync(("a/x/1.yaml", "1"), ("a/y/2.yaml", "2"), ("b/3.yaml", "3"));
        var after = await TreeAsync(("a/y/2.yaml", "changed"));

        Changed("").Should().BeTrue();
        Changed("a").Should().BeTrue();
        Changed("a/x").Should().BeFalse();
        Changed("a/y").Should().BeTrue();
        Changed("b").Should().BeFalse();
        Changed("b/3.yaml").Should().BeFalse();

        bool Changed(string path) => before.Find(TreePath.Parse(path))!.ContentId != after.Find(TreePath.Parse(path))!.ContentId;
    }

    [Fact]
    public async Task ContentId_IgnoreFileAboveChanges_ChangesBelow()
    {
        var before = await TreeAsync(("a/1.yaml", "1"), ("a/2.md", "2"));
        var after = await TreeAsync((".sourceignore", "*.md\n"));

        before.Find(TreePath.Parse("a"))!.ContentId.Should().NotBe(after.Find(TreePath.Parse("a"))!.ContentId);
        after.List(TreePath.Parse("a")).Select(e => e.Path.Name).Should().Equal("1.yaml");
    }

    [Fact]
    public async Task Find_Symlinks_AreFollowedInsideTheTreeOnly()
    {
        var tree = await RawTreeAsync(definition => definition
            .File("base/deployment.yaml", "kind: Deployment")
            .File("secret.yaml", "s")
            .Link("overlays/prod/base", "../../base")
            .Link("direct.yaml", "base/deployment.yaml")
            .Link("chain.yaml", "overlays/prod/base/deployment.yaml")
            .Link("outside", "../../etc/passwd")
            .Link("absolute", "/etc/passwd")
            .Link("overlays/prod/outside-and-back", "../../../secret.yaml")
            .Link("overlays/prod/root", "/secret.yaml")
            .Link("loop", "loop")
            .Link("dangling", "nowhere")
            .Link("overlays/up", "../../upstream/base")
            .Link("overlays/dot", "./prod/../prod/base/."));

        Encoding.UTF8.GetString(tree.Read(TreePath.Parse("overlays/prod/base/deployment.yaml")).Span).Should().Be("kind: Deployment");
        tree.Find(TreePath.Parse("direct.yaml"))!.ContentId.Should().Be(tree.Find(TreePath.Parse("base/deployment.yaml"))!.ContentId);
        tree.Find(TreePath.Parse("chain.yaml"))!.Kind.Should().Be(TreeEntryKind.File);
        tree.Find(TreePath.Parse("overlays/prod/base"))!.Kind.Should().Be(TreeEntryKind.Directory);
        tree.List(TreePath.Parse("overlays/dot")).Select(e => e.Path.Value).Should().Equal("overlays/dot/deployment.yaml");
        foreach (var bad in new[] { "outside", "absolute", "loop", "dangling", "overlays/up", "overlays/prod/outside-and-back", "overlays/prod/root" })
        {
            tree.Find(TreePath.Parse(bad)).Should().BeNull(bad);
        }

        tree.List(TreePath.Root).Where(e => e.Kind != TreeEntryKind.Link).Select(e => e.Path.Name).Should().Equal("base", "chain.yaml", "direct.yaml", "overlays", "secret.yaml");
        tree.List(TreePath.Root).Where(e => e.Kind == TreeEntryKind.Link).Select(e => e.Path.Name).Should().Equal("absolute", "dangling", "loop", "outside");
    }

    [Fact]
    public async Task Find_IgnoredTargets_AreNotReachableThroughLinks()
    {
        var tree = await RawTreeAsync(
            definition => definition.File("hidden/a.yaml", "1").Link("a.yaml", "hidden/a.yaml").Link("dir", "hidden").Link("unseen", "hidden"),
            o => o.Ignore = "hidden/\nunseen");

        tree.List(TreePath.Root).Select(e => (e.Path.Value, e.Kind)).Should().Equal(("a.yaml", TreeEntryKind.Link), ("dir", TreeEntryKind.Link));
        tree.Find(TreePath.Parse("a.yaml")).Should().BeNull();
    }

    [Fact]
    public async Task List_IgnoredDirectoryWithInclusion_ShowsWhatIsTakenBackIn()
    {
        var tree = await RawTreeAsync(
            definition => definition.File("charts/a/x.yaml", "1").File("charts/b/y.yaml", "2").File("other/z.yaml", "3"),
            o => o.Ignore = "/*\n!/charts/b/y.yaml\n");

        tree.List(TreePath.Root).Select(e => e.Path.Value).Should().Equal("charts");
        tree.List(TreePath.Parse("charts")).Select(e => e.Path.Value).Should().Equal("charts/b");
        tree.Find(TreePath.Parse("charts/a/x.yaml")).Should().BeNull();
    }

    [Fact]
    public async Task Read_LfsPointer_IsToldUnlessAllowed()
    {
        const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
        var tree = await TreeAsync(("model.bin", Pointer));

        tree.Invoking(t => t.Read(TreePath.Parse("model.bin"))).Should().Throw<GitOpsException>().Which.Should().Match<GitOpsException>(e => e.Reason == GitReasons.LfsPointer && e.Location!.File == "model.bin");
        tree.Find(TreePath.Parse("model.bin"))!.Kind.Should().Be(TreeEntryKind.File);
        (await TreeAsync(o => o.AllowLfsPointers = true)).Read(TreePath.Parse("model.bin")).Length.Should().Be(Pointer.Length);
    }

    [Fact]
    public async Task FetchAsync_Limits_AreEnforced()
    {
        var deep = string.Join('/', Enumerable.Repeat("d", 20)) + "/a.yaml";
        await TreeAsync((deep, "1"), ("big.yaml", new string('x', 2000)), (new string('n', 200), "1"));

        (await Failure(o => o.Limits.TreeDepth = 10)).Should().Contain("TreeDepth");
        (await Failure(o => o.Limits.PathLength = 100)).Should().Contain("PathLength");
        (await Failure(o => o.Limits.TreeEntries = 10)).Should().Contain("TreeEntries");
        Upstream.SetReference("refs/heads/second", await Upstream.CommitAsync("again", GitFileChange.Write("z.yaml", "1")));
        (await Failure(o => o.Limits.References = 1)).Should().Contain("References");
        (await TreeAsync(o => o.Limits.BlobSize = 1000)).Invoking(t => t.Read(TreePath.Parse("big.yaml"))).Should().Throw<GitOpsException>().Which.Reason.Should().Be(Reasons.LimitExceeded);

        async Task<string> Failure(Action<GitSourceOptions> configure)
        {
            var failure = (await this.Invoking(t => t.TreeAsync(configure)).Should().ThrowAsync<GitOpsException>()).Which;
            failure.Reason.Should().Be(Reasons.LimitExceeded);
            return failure.Message;
        }
    }

    [Fact]
    public async Task Read_ManyThreads_AllSeeTheirBytes()
    {
        var files = Enumerable.Range(0, 400).Select(i => ($"d{i % 20}/f{i}.yaml", $"content {i}")).ToArray();
        var tree = await TreeAsync(files);

        await Parallel.ForEachAsync(Enumerable.Range(0, 16), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, (worker, _) =>
        {
            for (var i = 0; i < files.Length; i++)
            {
                var (path, content) = files[((worker * 37) + i) % files.Length];
                Encoding.UTF8.GetString(tree.Read(TreePath.Parse(path)).Span).Should().Be(content);
                tree.List(TreePath.Parse(path).Parent).Should().HaveCount(20);
            }

            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public async Task IsUnchanged_OneOverlayChanges_OnlyItsReadSetIsTouched()
    {
        var before = await TreeAsync([.. Enumerable.Range(0, 100).Select(i => ($"overlays/o{i:000}/kustomization.yaml", $"resources: [../../base/b{i % 10}]")), .. Enumerable.Range(0, 10).Select(i => ($"base/b{i}/kustomization.yaml", "resources: []"))]);
        var reads = Enumerable.Range(0, 100).Select(i =>
        {
            var recording = new RecordingFileTree(before);
            recording.Find(TreePath.Parse($"overlays/o{i:000}/kustomization.yml"));
            recording.Read(TreePath.Parse($"overlays/o{i:000}/kustomization.yaml"));
            recording.List(TreePath.Parse($"base/b{i % 10}"));
            recording.Read(TreePath.Parse($"base/b{i % 10}/kustomization.yaml"));
            return recording.GetReads();
        }).ToList();

        var overlay = await TreeAsync(("overlays/o042/kustomization.yaml", "resources: []"));
        var shared = await TreeAsync(("overlays/o042/kustomization.yaml", "resources: [../../base/b2]"), ("base/b3/kustomization.yaml", "resources: [x.yaml]"));
        var added = await TreeAsync(("base/b3/kustomization.yaml", "resources: []"), ("base/b4/new.yaml", "1"));
        var shadowed = await TreeAsync(("overlays/o007/kustomization.yml", "resources: []"));

        Touched(overlay).Should().Equal(42);
        Touched(shared).Should().Equal(Enumerable.Range(0, 100).Where(i => i % 10 == 3));
        Touched(added).Should().Equal(Enumerable.Range(0, 100).Where(i => i % 10 == 4));
        Touched(shadowed).Should().Equal(Enumerable.Range(0, 100).Where(i => i % 10 == 4 || i == 7));

        IEnumerable<int> Touched(IFileTree tree) => Enumerable.Range(0, 100).Where(i => !RecordingFileTree.IsUnchanged(reads[i], tree));
    }

    private async Task<IFileTree> TreeAsync(params (string Path, string Content)[] files)
    {
        await Upstream.CommitAsync("change", files.Select(f => GitFileChange.Write(f.Path, f.Content)));
        return await TreeAsync(_ => { });
    }

    private async Task<IFileTree> TreeAsync(Action<GitSourceOptions> configure)
    {
        using var source = Source(configure);
        return (await NewestAsync(source)).Tree;
    }

    private async Task<IFileTree> RawTreeAsync(Action<TreeBuilder> build, Action<GitSourceOptions>? configure = null)
    {
        using (var repository = new Repository(Upstream.Directory))
        {
            var builder = new TreeBuilder(repository);
            build(builder);
            var who = new Signature("Alice", "alice@example.com", TimeProvider.System.GetUtcNow());
            var commit = repository.ObjectDatabase.CreateCommit(who, who, "raw", repository.ObjectDatabase.CreateTree(builder.Definition), [], true);
            repository.Refs.Add("refs/heads/main", commit.Id, allowOverwrite: true);
        }

        return await TreeAsync(configure ?? (_ => { }));
    }

    private sealed class TreeBuilder(Repository repository)
    {
        public TreeDefinition Definition { get; } = new();

        public TreeBuilder File(string path, string content)
        {
            Definition.Add(path, Blob(content), Mode.NonExecutableFile);
            return this;
        }

        public TreeBuilder Link(string path, string target)
        {
            Definition.Add(path, Blob(target), Mode.SymbolicLink);
            return this;
        }

        private Blob Blob(string content) => repository.ObjectDatabase.CreateBlob(new MemoryStream(Encoding.UTF8.GetBytes(content)));
    }
}
