using System.Text;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;

namespace GitOps.Core.Tests.State;

public sealed class FileStateStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-state-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Journal => Path.Combine(_folder, "state.journal");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task LoadAsync_SavedByAnEarlierStore_GivesTheLastValues()
    {
        await SaveAsync(("a", "1"), ("b", "2"));
        await SaveAsync(("a", "3"), ("b", null), ("c", ""));

        (await LoadAsync()).Should().BeEquivalentTo(new Dictionary<string, string> { ["a"] = "3", ["c"] = "" });
    }

    [Fact]
    public async Task LoadAsync_AnotherHostHoldsTheDirectory_SaysSo_UntilThatHasEnded()
    {
        var first = Store();
        await first.LoadAsync(Token);
        using var second = Store();

        var error = (await second.Invoking(s => s.LoadAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which;
        error.Reason.Should().Be(Reasons.StateInUse);
        error.Message.Should().Contain(_folder).And.Contain("StateDirectory");

        first.Dispose();
        (await second.LoadAsync(Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task LoadAsync_JournalCutAnywhere_GivesWhatStoodBefore()
    {
        await SaveAsync(("a", "1"));
        var first = new FileInfo(Journal).Length;
        await SaveAsync(("a", "2"), ("b", "2"));
        var whole = await File.ReadAllBytesAsync(Journal, Token);

        for (var length = whole.Length - 1; length >= 0; length--)
        {
            await File.WriteAllBytesAsync(Journal, whole[..length], Token);
            var values = await LoadAsync();
            values.Should().BeEquivalentTo(length >= first ? new() { ["a"] = "1" } : new Dictionary<string, string>(), $"of {whole.Length} bytes {length} are left");
        }
    }

    [Fact]
    public async Task LoadAsync_AnyByteIsDamaged_NeverThrowsAndSetsTheRestAside()
    {
        await SaveAsync(("a", "1"));
        await SaveAsync(("a", "2"));
        var whole = await File.ReadAllBytesAsync(Journal, Token);

        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x55;
            await File.WriteAllBytesAsync(Journal, damaged, Token);
            var values = await LoadAsync();
            values.Should().BeEquivalentTo(at < whole.Length / 2 ? new Dictionary<string, string>() : new() { ["a"] = "1" });
            File.Exists(Journal + ".damaged").Should().BeTrue();

            await SaveAsync(("b", "after"));
            (await LoadAsync())["b"].Should().Be("after", "a mended journal is written on");
        }
    }

    [Fact]
    public async Task SaveAsync_DiskIsFull_SaysSoAndTheNextChangeIsWritten()
    {
        var full = false;
        using var store = new FileStateStore(_folder, NullLogger<FileStateStore>.Instance, (_, _) =>
        {
            if (full)
            {
                throw new IOException("No space left on device");
            }
        });
        await store.LoadAsync(Token);
        await store.SaveAsync([Change("a", "1")], Token);

        full = true;
        var error = (await store.Invoking(s => s.SaveAsync([Change("a", "lost")], Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which;
        error.Reason.Should().Be(Reasons.StateUnavailable);
        error.Message.Should().Contain(_folder).And.Contain("No space left");

        full = false;
        await store.SaveAsync([Change("b", "2")], Token);
        store.Dispose();
        (await LoadAsync()).Should().BeEquivalentTo(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
    }

    [Fact]
    public async Task SaveAsync_OneKeyAgainAndAgain_TheJournalStaysSmall()
    {
        using var store = Store();
        await store.LoadAsync(Token);
        var value = new string('x', 100_000);
        for (var i = 0; i < 60; i++)
        {
            await store.SaveAsync([Change("a", $"{i}{value}"), Change("b", "stays")], Token);
        }

        store.Dispose();
        new FileInfo(Journal).Length.Should().BeLessThan(2_000_000);
        var values = await LoadAsync();
        values["a"].Should().StartWith("59x");
        values["b"].Should().Be("stays");
        File.Exists(Journal + ".new").Should().BeFalse();
    }

    [Fact]
    public async Task SaveAsync_RewritingFails_TheChangeIsKeptAllTheSame()
    {
        using var store = new FileStateStore(_folder, NullLogger<FileStateStore>.Instance, (offset, length) =>
        {
            if (offset == 0 && length > 100_000 && File.Exists(Journal + ".new"))
            {
                throw new IOException("No space left on device");
            }
        });
        await store.LoadAsync(Token);
        var value = new string('x', 200_000);
        for (var i = 0; i < 12; i++)
        {
            await store.SaveAsync([Change("a", $"{i}{value}")], Token);
        }

        store.Dispose();
        (await LoadAsync())["a"].Should().StartWith("11x");
    }

    [Fact]
    public async Task LoadAsync_DirectoryIsAFile_SaysWhatToDo()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "", Token);
        using var store = new FileStateStore(Path.Combine(file, "state"), NullLogger<FileStateStore>.Instance);

        var error = (await store.Invoking(s => s.LoadAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which;

        error.Reason.Should().Be(Reasons.StateUnavailable);
        error.Message.Should().Contain(file).And.Contain("StateDirectory");
    }

    [Fact]
    public async Task SaveAsync_AnyChanges_AreReadBackByTheNextStore()
    {
        var change = Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 12], Gen.Byte.Array[0, 40].Null());
        await Gen.Select(change.List[1, 6].List[0, 12], Gen.Int[0, 3]).SampleAsync(
            async (frames, reopen) =>
            {
                var folder = Directory.CreateTempSubdirectory("gitops-state-").FullName;
                try
                {
                    var expected = new Dictionary<string, byte[]>(StringComparer.Ordinal);
                    var store = new FileStateStore(folder, NullLogger<FileStateStore>.Instance);
                    for (var i = 0; i < frames.Count; i++)
                    {
                        await store.SaveAsync([.. frames[i].Select(c => new StateChange(c.Item1, c.Item2 is { } value ? (ReadOnlyMemory<byte>?)value : null))], Token);
                        foreach (var (key, value) in frames[i])
                        {
                            expected.Remove(key);
                            if (value is not null)
                            {
                                expected[key] = value;
                            }
                        }

                        if (i % 4 == reopen)
                        {
                            store.Dispose();
                            store = new FileStateStore(folder, NullLogger<FileStateStore>.Instance);
                        }
                    }

                    store.Dispose();
                    using var last = new FileStateStore(folder, NullLogger<FileStateStore>.Instance);
                    var actual = await last.LoadAsync(Token);
                    return actual.Count == expected.Count && expected.All(e => actual.TryGetValue(e.Key, out var value) && value.Span.SequenceEqual(e.Value));
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }
            },
            iter: 60);
    }

    private static StateChange Change(string key, string? value) => new(key, value is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(value));

    private FileStateStore Store() => new(_folder, NullLogger<FileStateStore>.Instance);

    private async Task SaveAsync(params (string Key, string? Value)[] changes)
    {
        using var store = Store();
        await store.SaveAsync([.. changes.Select(c => Change(c.Key, c.Value))], Token);
    }

    private async Task<Dictionary<string, string>> LoadAsync()
    {
        using var store = Store();
        return (await store.LoadAsync(Token)).ToDictionary(v => v.Key, v => Encoding.UTF8.GetString(v.Value.Span));
    }
}
