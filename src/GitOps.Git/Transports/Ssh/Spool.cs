namespace GitOps.Git;

/// <summary>Keeps what came and was not read yet: a little in memory, the rest in a file. SSH.NET lets a server send without an end, however slowly that is read.</summary>
/// <remarks>One thread writes and another reads.</remarks>
internal sealed class Spool : IDisposable
{
    public const int MaxInMemory = 1024 * 1024;

    private readonly object _gate = new();
    private readonly byte[] _memory = new byte[MaxInMemory];
    private int _start;
    private int _count;
    private FileStream? _file;
    private long _fileStart;
    private long _fileEnd;
    private bool _isComplete;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_isComplete)
            {
                return;
            }

            // The file comes after what is in memory, so that memory is not added to while the file holds something.
            while (!bytes.IsEmpty && _fileStart == _fileEnd && _count < _memory.Length)
            {
                var end = (_start + _count) % _memory.Length;
                var part = bytes[..Math.Min(bytes.Length, Math.Min(_memory.Length - _count, _memory.Length - end))];
                part.CopyTo(_memory.AsSpan(end));
                _count += part.Length;
                bytes = bytes[part.Length..];
            }

            if (!bytes.IsEmpty)
            {
                _file ??= TemporaryFile.Create();
                RandomAccess.Write(_file.SafeFileHandle, bytes, _fileEnd);
                _fileEnd += bytes.Length;
            }

            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Says that nothing more comes.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for something and reads it.</summary>
    /// <returns>How much was read; 0 at the end, and when the wait is ended early.</returns>
    public int Read(Span<byte> buffer, CancellationToken cancellationToken)
    {
        using var onCancel = cancellationToken.Register(Wake);
        lock (_gate)
        {
            while (_count == 0 && _fileStart == _fileEnd && !_isComplete && !cancellationToken.IsCancellationRequested)
            {
                Monitor.Wait(_gate);
            }

            return _count > 0 ? ReadMemory(buffer) : _fileStart < _fileEnd ? ReadFile(buffer) : 0;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isComplete = true;
            _count = 0;
            _fileStart = _fileEnd = 0;
            _file?.Dispose();
            _file = null;
            Monitor.PulseAll(_gate);
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private int ReadMemory(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, Math.Min(_count, _memory.Length - _start));
        _memory.AsSpan(_start, count).CopyTo(buffer);
        _start = (_start + count) % _memory.Length;
        _count -= count;
        return count;
    }

    private int ReadFile(Span<byte> buffer)
    {
        var count = RandomAccess.Read(_file!.SafeFileHandle, buffer[..(int)Math.Min(buffer.Length, _fileEnd - _fileStart)], _fileStart);
        _fileStart += count;
        if (_fileStart == _fileEnd)
        {
            _fileStart = _fileEnd = 0;
            _file.SetLength(0);
        }

        return count;
    }
}
