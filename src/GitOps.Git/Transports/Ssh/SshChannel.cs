using System.Text;
using GitOps.Limits;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace GitOps.Git;

/// <summary>A conversation over one SSH channel.</summary>
internal sealed class SshChannel : GitChannel
{
    private const int MaxErrorText = 2000;
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    private readonly GitOperation _operation;
    private readonly SshCommand _command;
    private readonly SshConnection _connection;
    private readonly Task _running;
    private readonly Stream _input;
    private readonly Task<string> _errors;
    private readonly Spool _spool = new();
    private bool _isDisposed;

    /// <param name="operation">The operation it is for.</param>
    /// <param name="connection">What it goes over.</param>
    /// <param name="command">What the server is to run.</param>
    public SshChannel(GitOperation operation, SshConnection connection, string command)
    {
        _operation = operation;
        _connection = connection;
        _command = connection.Begin(command);
        try
        {
            // Not with the operation's token: the library would send the server a signal then and there, which waits as long as the server takes nothing.
            _running = _command.ExecuteAsync(CancellationToken.None);
            _input = _command.CreateInputStream();
        }
        catch
        {
            connection.End();
            throw;
        }

        // Nobody may be left waiting because nobody read what the server says on the side.
        _errors = BlockingWork.Start(DrainErrors);
        BlockingWork.Abandon(Drain);
    }

    private GitAddress Address => _operation.Connector.Address;

    /// <inheritdoc/>
    public override int Read(Memory<byte> buffer)
    {
        using var silence = new CancellationTokenSource(_operation.Options.Timeout, _operation.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, _operation.CancellationToken);
        var read = _spool.Read(buffer.Span, either.Token);
        _operation.CancellationToken.ThrowIfCancellationRequested();
        if (read == 0 && silence.IsCancellationRequested)
        {
            _connection.Retire();
            throw new GitOpsException(Reasons.Timeout, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Address.Display}: the server was silent for {_operation.Options.Timeout.TotalSeconds:0.#} s."));
        }

        if (read == 0)
        {
            ThrowIfRefused();
        }

        return read;
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlyMemory<byte> data)
    {
        // The library waits for the server without a way to cancel that. The thread that is left behind has bytes of its own: the caller's are used again.
        var bytes = data.ToArray();
        var writing = BlockingWork.Start(() =>
        {
            _input.Write(bytes);
            _input.Flush();
            return true;
        });
        try
        {
            Blocking.Wait(_operation.WaitAsync(token => writing.WaitAsync(token)));
        }
        catch (Exception exception) when (exception is SshException or ObjectDisposedException or InvalidOperationException)
        {
            _operation.CancellationToken.ThrowIfCancellationRequested();
            ThrowIfRefused();
            throw new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: the connection was lost.", exception);
        }
        catch
        {
            // Also when the server took these bytes at the last moment: nobody knows whether it takes any more.
            BlockingWork.Forget(writing);
            _connection.Retire();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        _spool.Dispose();

        // What ends a channel is sent like all else: behind what others say, or not at all while the server takes nothing.
        BlockingWork.Abandon(Close);
        _connection.End();

        // Its failure was told by Read or Write, or nobody waits for it any more.
        BlockingWork.Forget(_running);
    }

    private void Close()
    {
        try
        {
            _input.Dispose();
            _command.OutputStream.Dispose();
            _command.ExtendedOutputStream.Dispose();
            _command.Dispose();
        }
        catch (Exception exception) when (exception is SshException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is gone already, which is what was wanted.
        }
    }

    /// <summary>Takes what comes as it comes, up to what the server may send at all.</summary>
    private void Drain()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            var received = 0L;
            int read;
            while (received <= _operation.MaxReceived && (read = _command.OutputStream.Read(buffer, 0, buffer.Length)) > 0)
            {
                received += read;
                _spool.Write(buffer.AsSpan(0, read));
            }
        }
        catch (ObjectDisposedException)
        {
            // The channel was closed.
        }
        finally
        {
            _spool.Complete();
        }
    }

    private string DrainErrors()
    {
        var text = new StringBuilder();
        var buffer = new byte[1024];
        try
        {
            int read;
            while ((read = _command.ExtendedOutputStream.Read(buffer, 0, buffer.Length)) > 0)
            {
                if (text.Length < MaxErrorText)
                {
                    text.Append(Encoding.UTF8.GetString(buffer, 0, read));
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The channel was closed.
        }

        return text.ToString();
    }

    /// <summary>When the server ended the conversation, tells why it did.</summary>
    private void ThrowIfRefused()
    {
        Exception? cause = null;
        try
        {
            Blocking.Wait(_running.WaitAsync(_operation.Options.Timeout, _operation.TimeProvider, _operation.CancellationToken));
        }
        catch (Exception exception) when (exception is SshException or TimeoutException or ObjectDisposedException)
        {
            cause = exception;
        }

        if (cause is null && _command.ExitStatus is null or 0)
        {
            return;
        }

        if (cause is not null)
        {
            // Over a lost connection the side channel never ends by itself.
            _command.ExtendedOutputStream.Dispose();
        }

        var said = ReferenceAdvertisementReader.Printable(WhatTheServerSaid());
        throw new GitOpsException(
            Reasons.FetchFailed,
            said.Length > 0 ? $"{Address.Display}: the server says: {said}" : $"{Address.Display}: the server ended the conversation{(cause is null ? "" : $": {cause.Message}")}.",
            cause);
    }

    /// <summary>The side channel ends with the conversation, but a moment may pass until all of it is read.</summary>
    private string WhatTheServerSaid()
    {
        try
        {
            return Blocking.Wait(_errors.WaitAsync(Moment, _operation.TimeProvider));
        }
        catch (TimeoutException)
        {
            return "";
        }
    }
}
