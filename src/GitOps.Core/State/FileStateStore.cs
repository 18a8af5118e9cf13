using GitOps.State;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace GitOps;

/// <summary>
/// Keeps the state in a directory: a journal to which each change is appended, flushed to the disk before it counts, and rewritten when most of it is out of date.
/// A process that is killed while writing loses the change it was writing and nothing else.
/// </summary>
/// <remarks>One host at a time holds the directory; the operating system gives it free when that host ends, however it ends.</remarks>
public sealed partial class FileStateStore : IStateStore, IDisposable
{
    private const string JournalName = "state.journal";
    private const int WouldBlock = 11;
    private const int WouldBlockOnMac = 35;
    private const int SharingViolation = unchecked((int)0x80070020);
    private const long MaxJournalSize = 512 * 1024 * 1024;
    private const long RewriteStep = 1024 * 1024;

    private readonly ILogger<FileStateStore> _logger;
    private readonly Action<long, int>? _beforeWrite;
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _values = new(StringComparer.Ordinal);
    private FileStream? _lock;
    private SafeFileHandle? _journal;
    private long _end;
    private long _live;
    private long _rewriteFrom = RewriteStep;

    /// <summary>Makes the store; nothing is touched before it is loaded.</summary>
    /// <param name="directory">The directory; it is made when it does not exist.</param>
    /// <param name="logger">The log.</param>
    public FileStateStore(string directory, ILogger<FileStateStore> logger)
        : this(directory, logger, null)
    {
    }

    /// <param name="directory">The directory.</param>
    /// <param name="logger">The log.</param>
    /// <param name="beforeWrite">Runs before bytes go to the journal, with their place and number; tests let the disk fail here.</param>
    internal FileStateStore(string directory, ILogger<FileStateStore> logger, Action<long, int>? beforeWrite)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        ArgumentNullException.ThrowIfNull(logger);
        Directory = Path.GetFullPath(directory);
        _logger = logger;
        _beforeWrite = beforeWrite;
    }

    /// <summary>The directory's full path.</summary>
    public string Directory { get; }

    private string JournalPath => Path.Combine(Directory, JournalName);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> LoadAsync(CancellationToken cancellationToken)
    {
        if (_journal is null)
        {
            try
            {
                await OpenAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                Dispose();
                throw new GitOpsException(Reasons.StateUnavailable, $"The state in {Directory} cannot be opened: {e.Message} Make the directory writable for this process, or set StateDirectory to another one.", e);
            }
        }

        return new Dictionary<string, ReadOnlyMemory<byte>>(_values, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public async ValueTask SaveAsync(IReadOnlyCollection<StateChange> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (changes.Count == 0)
        {
            return;
        }

        if (_journal is null)
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await AppendAsync(StateFrame.Write(changes), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GitOpsException(Reasons.StateUnavailable, $"The state in {Directory} cannot be written: {e.Message}", e);
        }

        Take(changes);
        if (_end > _rewriteFrom && _end > _live * 4)
        {
            await RewriteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _journal?.Dispose();
        _journal = null;
        _lock?.Dispose();
        _lock = null;
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        System.IO.Directory.CreateDirectory(Directory);
        _lock ??= Lock();
        _values.Clear();
        _journal = OpenJournal();
        var length = RandomAccess.GetLength(_journal);
        if (length > MaxJournalSize)
        {
            throw new IOException($"{JournalPath} is larger than {MaxJournalSize} bytes, which no engine writes: move it away.");
        }

        var data = new byte[length];
        var read = 0;
        while (read < data.Length && await RandomAccess.ReadAsync(_journal, data.AsMemory(read), read, cancellationToken).ConfigureAwait(false) is > 0 and var more)
        {
            read += more;
        }

        _end = Replay(data.AsMemory(0, read));
        _live = _values.Sum(v => (long)v.Value.Length + v.Key.Length);
        if (_end < read)
        {
            SetAside(data.AsSpan((int)_end, read - (int)_end));
            RandomAccess.SetLength(_journal, _end);
        }
    }

    private FileStream Lock()
    {
        var path = Path.Combine(Directory, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.None);
        }
        catch (IOException e) when (e.HResult is WouldBlock or WouldBlockOnMac or SharingViolation)
        {
            throw new GitOpsException(Reasons.StateInUse, $"Another host holds the state in {Directory}. This one goes on when that host has ended; two hosts that shall run side by side need a StateDirectory each.", e);
        }
    }

    private long Replay(ReadOnlyMemory<byte> data)
    {
        var at = 0;
        while (StateFrame.Read(data[at..], _values) is > 0 and var size)
        {
            at += size;
        }

        return at;
    }

    /// <summary>A cut-off last frame is what a kill leaves behind. More than that is damage: somebody may want to look at it.</summary>
    private void SetAside(ReadOnlySpan<byte> rest)
    {
        var path = JournalPath + ".damaged";
        File.WriteAllBytes(path, rest);
        Damaged(_logger, JournalPath, _end, rest.Length, path);
    }

    private async Task AppendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        try
        {
            _beforeWrite?.Invoke(_end, frame.Length);
            await RandomAccess.WriteAsync(_journal!, frame, _end, cancellationToken).ConfigureAwait(false);
            RandomAccess.FlushToDisk(_journal!);
        }
        catch
        {
            // What is there of the frame must not stand before the next one.
            RandomAccess.SetLength(_journal!, _end);
            throw;
        }

        _end += frame.Length;
    }

    private void Take(IEnumerable<StateChange> changes)
    {
        foreach (var (key, value) in changes)
        {
            if (_values.Remove(key, out var before))
            {
                _live -= before.Length + key.Length;
            }

            if (value is { } kept)
            {
                _values[key] = kept;
                _live += kept.Length + key.Length;
            }
        }
    }

    /// <summary>Writes what is live into a new journal, which takes the old one's place in one step.</summary>
    private async Task RewriteAsync(CancellationToken cancellationToken)
    {
        var frame = _values.Count == 0 ? ReadOnlyMemory<byte>.Empty : StateFrame.Write(_values.Select(v => new StateChange(v.Key, v.Value)));
        var path = JournalPath + ".new";
        try
        {
            using (var journal = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.Asynchronous))
            {
                _beforeWrite?.Invoke(0, frame.Length);
                await RandomAccess.WriteAsync(journal, frame, 0, cancellationToken).ConfigureAwait(false);
                RandomAccess.FlushToDisk(journal);
            }

            // Windows replaces no file that is open. Should the way back fail, the next call opens what is there.
            _journal!.Dispose();
            _journal = null;
            File.Move(path, JournalPath, overwrite: true);
            _journal = OpenJournal();
            _end = frame.Length;
            _rewriteFrom = RewriteStep;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The change itself is written; only the room is not given back.
            _rewriteFrom = _end + RewriteStep;
            NotRewritten(_logger, e, JournalPath);
        }
    }

    private SafeFileHandle OpenJournal() => File.OpenHandle(JournalPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, FileOptions.Asynchronous);

    [LoggerMessage(EventId = 1401, EventName = "StateDamaged", Level = LogLevel.Warning, Message = "{Journal} cannot be read from byte {Offset} on; {Length} bytes were set aside as {Aside} and the engine goes on with what stands before them")]
    private static partial void Damaged(ILogger logger, string journal, long offset, int length, string aside);

    [LoggerMessage(EventId = 1402, EventName = "StateNotRewritten", Level = LogLevel.Warning, Message = "{Journal} could not be rewritten to a smaller size; it goes on growing until that succeeds")]
    private static partial void NotRewritten(ILogger logger, Exception exception, string journal);
}
