using Renci.SshNet;

namespace GitOps.Git;

/// <summary>A connection and the conversations over it. One that is in doubt begins no more of them, and is closed when those that are under way have ended.</summary>
/// <remarks>Thread-safe. Saying goodbye waits until the server takes it, which it may never do: nobody waits for that.</remarks>
internal sealed class SshConnection
{
    private readonly Lock _gate = new();
    private readonly SshClient _client;
    private int _conversations;
    private bool _isRetired;
    private bool _isClosed;

    /// <summary>Takes a client over, connected or about to be.</summary>
    public SshConnection(SshClient client)
    {
        _client = client;
        client.ErrorOccurred += (_, _) => Retire();
    }

    /// <summary>Whether more conversations may begin. The library's own IsConnected now and then denies a connection that is fine.</summary>
    public bool IsInUse
    {
        get
        {
            lock (_gate)
            {
                return !_isRetired;
            }
        }
    }

    /// <summary>Begins a conversation, which <see cref="End"/> must end.</summary>
    public SshCommand Begin(string command)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            _conversations++;
        }

        return _client.CreateCommand(command);
    }

    /// <summary>Says that a conversation is over.</summary>
    public void End()
    {
        lock (_gate)
        {
            _conversations--;
        }

        CloseIfUnused();
    }

    /// <summary>Takes the connection out of use: it broke, or the server is silent, and nobody can tell a slow one from a connection that is gone.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            _isRetired = true;
        }

        CloseIfUnused();
    }

    /// <summary>Ends the connection, and what is said over it.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isRetired = true;
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
        }

        BlockingWork.Abandon(_client.Dispose);
    }

    private void CloseIfUnused()
    {
        bool isUnused;
        lock (_gate)
        {
            isUnused = _isRetired && _conversations == 0;
        }

        if (isUnused)
        {
            Close();
        }
    }
}
