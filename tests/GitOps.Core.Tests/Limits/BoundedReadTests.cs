using System.Text;
using GitOps.Limits;

namespace GitOps.Core.Tests.Limits;

public sealed class BoundedReadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-bounded-").FullName;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40_000)]
    public async Task File_UpToTheLimit_IsReadWhole(int size)
    {
        var path = Write(Enumerable.Range(0, size).Select(i => (byte)i).ToArray());

        BoundedRead.File(path, 40_000).Should().HaveCount(size);
        (await BoundedRead.FileAsync(path, 40_000, TestContext.Current.CancellationToken)).Should().Equal(BoundedRead.File(path, 40_000));
    }

    [Fact]
    public async Task File_OverTheLimit_IsRefusedWithItsName()
    {
        var path = Write(new byte[101]);

        var act = () => BoundedRead.File(path, 100);
        var actAsync = () => BoundedRead.FileAsync(path, 100, TestContext.Current.CancellationToken);

        act.Should().Throw<IOException>().WithMessage($"{path} has more than the 100 bytes that are read.");
        await actAsync.Should().ThrowAsync<IOException>();
    }

    [Fact]
    public void Stream_ThatNeverEnds_IsRefused()
    {
        var act = () => BoundedRead.Stream(new EndlessStream(), "the answer", 1_000_000);

        act.Should().Throw<IOException>().WithMessage("the answer has more than*");
    }

    [Fact]
    public async Task Text_WithByteOrderMark_IsReadWithoutIt()
    {
        var path = Write([.. Encoding.UTF8.Preamble, .. "grün"u8]);

        BoundedRead.Text(path, 100).Should().Be("grün");
        (await BoundedRead.TextAsync(path, 100, TestContext.Current.CancellationToken)).Should().Be("grün");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(byte[] content)
    {
        var path = Path.Combine(_folder, "file");
        File.WriteAllBytes(path, content);
        return path;
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override int Read(Span<byte> buffer) => buffer.Length;
    }
}
