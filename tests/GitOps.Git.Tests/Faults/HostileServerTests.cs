using System.Globalization;
using System.Text;
using GitOps.Git.Tests.Servers;
using LibGit2Sharp;
using Microsoft.AspNetCore.Http;

namespace GitOps.Git.Tests.Faults;

/// <summary>Servers and repositories that mean harm: whatever they say, it ends soon and with a reason, and the last good revision stays.</summary>
public sealed class HostileServerTests : UpstreamTest
{
    private const long Endless = 256L * 1024 * 1024;
    private const string Id = "0123456789012345678901234567890123456789";

    [Theory]
    [InlineData("references that go on and on", Reasons.LimitExceeded)]
    [InlineData("one reference again and again", Reasons.LimitExceeded)]
    [InlineData("names without an end", Reasons.LimitExceeded)]
    [InlineData("a header without an end", Reasons.FetchFailed)]
    [InlineData("no frame", Reasons.FetchFailed)]
    [InlineData("an id that is none", Reasons.FetchFailed)]
    public async Task ProbeAsync_EndlessOrBrokenAdvertisement_EndsSoon(string attack, string reason)
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        var sent = 0L;
        server.Intercept = async context =>
        {
            context.Response.ContentType = "application/x-git-upload-pack-advertisement";
            try
            {
                sent = await SayAsync(context, attack == "a header without an end" ? "" : "001e# service=git-upload-pack\n0000", i => attack switch
                {
                    "references that go on and on" => PktLine.Encode($"{Id} refs/heads/b{i}\n"),
                    "one reference again and again" => PktLine.Encode($"{Id} refs/heads/main\n"),
                    "names without an end" => PktLine.Encode($"{Id} refs/heads/{i}{new string('x', 60_000)}\n"),
                    "a header without an end" => PktLine.Encode("# service=git-upload-pack\n"),
                    "no frame" => "zzzz"u8.ToArray(),
                    _ => PktLine.Encode($"{Id[1..]}x refs/heads/main\n"),
                });
            }
            catch (OperationCanceledException)
            {
                // Nobody listens any more.
            }

            return true;
        };
        using var source = Source($"{server.Url}/repo.git", o => o.Limits.References = 10_000);

        (await source.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(reason);
        sent.Should().BeLessThan(Endless);
    }

    [Theory]
    [InlineData("progress without an end", Reasons.LimitExceeded)]
    [InlineData("a pack without an end", Reasons.LimitExceeded)]
    [InlineData("a pack that is none", Reasons.FetchFailed)]
    [InlineData("a pack that ends too early", Reasons.FetchFailed)]
    [InlineData("a pack of other objects", Reasons.FetchFailed)]
    [InlineData("an error", Reasons.FetchFailed)]
    public async Task FetchAsync_LyingPack_EndsSoonAndTheLastGoodRevisionStays(string attack, string reason)
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("good", GitFileChange.Write("a.yaml", "1"));
        using var source = Source($"{server.Url}/repo.git", o => o.Limits.RepositorySize = 2_000_000);
        var good = await NewestAsync(source);
        await Upstream.CommitAsync("next", GitFileChange.Write("a.yaml", "2"));
        server.Intercept = async context =>
        {
            if (!HttpMethods.IsPost(context.Request.Method))
            {
                return false;
            }

            context.Response.ContentType = "application/x-git-upload-pack-result";
            var noise = new byte[1000];
            new Random(1).NextBytes(noise);
            byte[] header = [.. "PACK"u8, 0, 0, 0, 2, 0, 0, 0, 200];
            byte[]? once = attack switch
            {
                "a pack that is none" => [.. Encoding.ASCII.GetBytes("0008NAK\n"), .. Band(1, noise), .. PktLine.Flush.Span],
                "a pack that ends too early" => [.. Encoding.ASCII.GetBytes("0008NAK\n"), .. Band(1, header), .. PktLine.Flush.Span],
                "a pack of other objects" => [.. Encoding.ASCII.GetBytes("0008NAK\n"), .. Band(1, Convert.FromHexString("5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e")), .. PktLine.Flush.Span],
                "an error" => PktLine.Encode("ERR \u001b[31mgo away\n"),
                _ => null,
            };
            if (once is not null)
            {
                await context.Response.Body.WriteAsync(once);
                return true;
            }

            try
            {
                await SayAsync(context, "0008NAK\n", i => attack == "progress without an end" ? Band(2, "counting\r"u8) : Band(1, i == 0 ? header : noise));
            }
            catch (OperationCanceledException)
            {
                // Nobody listens any more.
            }

            return true;
        };

        var refused = (await source.Invoking(async s => await NewestAsync(s)).Should().ThrowAsync<GitOpsException>()).Which;

        refused.Reason.Should().BeOneOf(reason, Reasons.FetchFailed);
        refused.Message.Should().NotContain("\u001b");
        TreeReader.ReadAll(good.Tree).Should().Be(1);
        using var restarted = Source($"{server.Url}/repo.git");
        TreeReader.ReadAll((await restarted.FetchAsync(good.Revision, Token)).Tree).Should().Be(1);
        server.Intercept = null;
        Encoding.UTF8.GetString((await NewestAsync(source)).Tree.Read(TreePath.Parse("a.yaml")).Span).Should().Be("2");
        new DirectoryInfo(Cache).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length).Should().BeLessThan(4_000_000);
    }

    [Fact]
    public async Task ProbeAsync_RandomBytes_FailWithAReasonAndNothingElse()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("good", GitFileChange.Write("a.yaml", "1"));
        var random = new Random(20261123);
        var whole = Encoding.ASCII.GetBytes($"001e# service=git-upload-pack\n0000{Encoding.ASCII.GetString(PktLine.Encode($"{Id} HEAD\0side-band-64k symref=HEAD:refs/heads/main\n"))}{Encoding.ASCII.GetString(PktLine.Encode($"{Id} refs/heads/main\n"))}0000");
        var failures = 0;
        server.Intercept = async context =>
        {
            var bytes = whole[..random.Next(1, whole.Length + 1)];
            for (var i = random.Next(5); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            context.Response.ContentType = "application/x-git-upload-pack-advertisement";
            await context.Response.Body.WriteAsync(bytes);
            return true;
        };
        using var source = Source($"{server.Url}/repo.git");
        for (var round = 0; round < 300; round++)
        {
            try
            {
                await source.ProbeAsync(Token);
            }
            catch (GitOpsException exception)
            {
                exception.Reason.Should().BeOneOf(Reasons.FetchFailed, Reasons.NotFound, Reasons.LimitExceeded);
                exception.Message.Any(char.IsControl).Should().BeFalse();
                failures++;
            }
        }

        failures.Should().BePositive();
    }

    [Fact]
    public void Tree_EntriesThatAreNoNames_AreNotThere()
    {
        using var repository = new Repository(Upstream.Directory);
        var blob = repository.ObjectDatabase.Write<Blob>("x"u8.ToArray());
        using var store = new ObjectStore(Upstream.Directory);

        var tree = Tree(("100644", ".", blob), ("100644", "..", blob), ("100644", "../up", blob), ("40000", ".git", Raw(("100644", "config", blob))), ("100644", "a\\b", blob), ("100644", "good", blob), ("777777", "odd", blob), ("40000", "file", blob));

        tree.List(TreePath.Root).Select(e => e.Path.Value).Should().Equal("file", "good");
        tree.Read(TreePath.Parse("good")).Length.Should().Be(1);
        tree.Find(TreePath.Parse(".git/config")).Should().BeNull();
        tree.Invoking(t => t.List(TreePath.Parse("file"))).Should().Throw<GitOpsException>("it says that it is a directory and is none").Which.Reason.Should().Be(Reasons.FetchFailed);

        ObjectId Raw(params (string Mode, string Name, ObjectId Id)[] entries) =>
            repository.ObjectDatabase.Write<Tree>([.. entries.SelectMany(e => (byte[])[.. Encoding.UTF8.GetBytes($"{e.Mode} {e.Name}\0"), .. e.Id.RawId])]);

        GitFileTree Tree(params (string Mode, string Name, ObjectId Id)[] entries) => new(store, Raw(entries), new GitTreeOptions { Ignore = SourceIgnore.Create([], null) });
    }

    [Fact]
    public void Tree_CutShort_IsRefusedWithAReason()
    {
        using var repository = new Repository(Upstream.Directory);
        var blob = repository.ObjectDatabase.Write<Blob>("x"u8.ToArray());
        byte[] whole = [.. "100644 a\0"u8, .. blob.RawId, .. "100644 b\0"u8, .. blob.RawId];
        using var store = new ObjectStore(Upstream.Directory);
        for (var length = 1; length < whole.Length; length++)
        {
            if (length != whole.Length / 2)
            {
                var id = repository.ObjectDatabase.Write<Tree>(whole[..length]);
                new GitFileTree(store, id, new GitTreeOptions()).Invoking(t => t.List(TreePath.Root)).Should().Throw<GitOpsException>().Which.Message.Should().Contain(id.Sha);
            }
        }

        store.IsDamaged.Should().BeFalse("the mirror holds what the server has");
    }

    [Fact]
    public void Read_BlobThatIsAllZeros_IsRefusedBeforeItIsUnpacked()
    {
        using var repository = new Repository(Upstream.Directory);
        var bomb = repository.ObjectDatabase.Write<Blob>(new byte[64 * 1024 * 1024]);
        var root = repository.ObjectDatabase.Write<Tree>([.. "100644 bomb.yaml\0"u8, .. bomb.RawId]);
        using var store = new ObjectStore(Upstream.Directory);
        var tree = new GitFileTree(store, root, new GitTreeOptions());
        var before = GC.GetAllocatedBytesForCurrentThread();

        tree.Invoking(t => t.Read(TreePath.Parse("bomb.yaml"))).Should().Throw<GitOpsException>().Which.Reason.Should().Be(Reasons.LimitExceeded);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(16 * 1024 * 1024);
    }

    private static byte[] Band(byte band, ReadOnlySpan<byte> data) =>
        [.. Encoding.ASCII.GetBytes((data.Length + 5).ToString("x4", CultureInfo.InvariantCulture)), band, .. data];

    private static async Task<long> SayAsync(HttpContext context, string first, Func<int, byte[]> next)
    {
        await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(first), context.RequestAborted);
        long sent = 0;
        for (var i = 0; sent < Endless; i++)
        {
            var bytes = next(i);
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
            sent += bytes.Length;
        }

        return sent;
    }
}
