namespace GitOps.Core.Tests.Sources;

public sealed class FileTreeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-tree-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Find_LinkInsideTheTree_IsFollowed()
    {
        Write("tree/base/a.yaml", "a");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "tree", "link"), "base");
        var tree = new DirectoryFileTree(Path.Combine(_folder, "tree"));

        tree.Find(TreePath.Parse("link/a.yaml"))!.Kind.Should().Be(TreeEntryKind.File);
        tree.Read(TreePath.Parse("link/a.yaml")).ToArray().Should().Equal("a"u8.ToArray());
    }

    [Theory]
    [InlineData("../outside.yaml")]
    [InlineData("../../../../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("self")]
    public void Find_LinkThatLeavesTheTreeOrGoesInCircles_FindsNothing(string target)
    {
        Write("outside.yaml", "secret");
        Write("tree/a.yaml", "a");
        File.CreateSymbolicLink(Path.Combine(_folder, "tree", "self"), target);
        var tree = new DirectoryFileTree(Path.Combine(_folder, "tree"));

        tree.Find(TreePath.Parse("self")).Should().BeNull();
        tree.List(TreePath.Root).Select(e => (e.Path.Value, e.Kind)).Should().Equal(("a.yaml", TreeEntryKind.File), ("self", TreeEntryKind.Link));
        var act = () => tree.Read(TreePath.Parse("self"));
        act.Should().Throw<GitOpsException>().Which.Reason.Should().Be(Reasons.NotFound);
    }

    [Fact]
    public void Read_FileOverTheLimit_IsRefusedWithItsName()
    {
        Write("tree/big.yaml", new string('x', 11));
        var tree = new DirectoryFileTree(Path.Combine(_folder, "tree"), maxFileSize: 10);

        var act = () => tree.Read(TreePath.Parse("big.yaml"));

        act.Should().Throw<GitOpsException>().WithMessage("big.yaml: the file has 11 bytes, more than the limit of 10.").Which.Reason.Should().Be(Reasons.LimitExceeded);
    }

    [Fact]
    public void IsUnchanged_FileThatWasMissingAppears_IsChanged()
    {
        var before = Tree(("a.yaml", "1"));
        var recording = new RecordingFileTree(before);
        recording.Read(TreePath.Parse("a.yaml"));
        recording.Find(TreePath.Parse("kustomization.yml"));

        RecordingFileTree.IsUnchanged(recording.GetReads(), Tree(("a.yaml", "1"), ("other.yaml", "2"))).Should().BeTrue();
        RecordingFileTree.IsUnchanged(recording.GetReads(), Tree(("a.yaml", "1"), ("kustomization.yml", ""))).Should().BeFalse();
        RecordingFileTree.IsUnchanged(recording.GetReads(), Tree(("a.yaml", "2"))).Should().BeFalse();
    }

    [Fact]
    public void IsUnchanged_ListedDirectoryGetsAFile_IsChangedButNotWhenAFileBelowChanges()
    {
        var recording = new RecordingFileTree(Tree(("d/a.yaml", "1")));
        recording.List(TreePath.Parse("d"));

        RecordingFileTree.IsUnchanged(recording.GetReads(), Tree(("d/a.yaml", "2"))).Should().BeTrue();
        RecordingFileTree.IsUnchanged(recording.GetReads(), Tree(("d/a.yaml", "1"), ("d/b.yaml", "1"))).Should().BeFalse();
    }

    [Fact]
    public async Task DirectorySource_FileChanges_GivesAnotherRevisionAndKeepsTheOldTree()
    {
        Write("src/a.yaml", "1");
        var source = new DirectorySource(new DirectorySourceOptions { Directory = Path.Combine(_folder, "src") });
        var first = await source.ProbeAsync(TestContext.Current.CancellationToken);
        var artifact = await source.FetchAsync(first, TestContext.Current.CancellationToken);

        Write("src/a.yaml", "2");
        var second = await source.ProbeAsync(TestContext.Current.CancellationToken);

        second.Should().NotBe(first);
        artifact.Tree.Read(TreePath.Parse("a.yaml")).ToArray().Should().Equal("1"u8.ToArray());
    }

    [Fact]
    public async Task DirectorySource_LinkThatLeadsOut_IsListedAndNotFollowed()
    {
        Write("src/d/a.yaml", "1");
        Write("secret", "s");
        var source = new DirectorySource(new DirectorySourceOptions { Directory = Path.Combine(_folder, "src") });
        var without = await source.ProbeAsync(TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(_folder, "src", "d", "link"), Path.Combine(_folder, "secret"));

        var with = await source.ProbeAsync(TestContext.Current.CancellationToken);
        var artifact = await source.FetchAsync(with, TestContext.Current.CancellationToken);

        with.Should().NotBe(without);
        artifact.Tree.List(TreePath.Parse("d")).Select(e => (e.Path.Value, e.Kind)).Should().Equal(("d/a.yaml", TreeEntryKind.File), ("d/link", TreeEntryKind.Link));
        artifact.Tree.Find(TreePath.Parse("d/link")).Should().BeNull();
    }

    private static MemoryFileTree Tree(params (string Path, string Text)[] files) => new(files.Select(f => KeyValuePair.Create(f.Path, f.Text)));

    private void Write(string path, string text)
    {
        var file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
