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
    private readonly GitAddress _address;
    private readonly Action<bool> _onSilence;
    private readonly Task _running;
    private readonly Stream _input;
    private readonly Task<string> _errors;
    private readonly Spool _spool = new();
    private bool _isStuck;

    /// <param name="operation">The operation it is for.</param>
    /// <param name="command">The server's side of the conversation.</param>
    /// <param name="address">Whom with, for messages.</param>
    /// <param name="onSilence">Called when the server fell silent: nobody can tell a slow one from a connection that is gone. It is told whether the server takes nothing either.</param>
    public SshChannel(GitOperation operation, SshCommand command, GitAddress address, Action<bool> onSilence)
    {
        _operation = operation;
        _command = command;
        _address = address;
        _onSilence = onSilence;

        // Not with the operation's token: the library would send the server a signal then and there, which waits as long as the server takes nothing.
        _running = command.ExecuteAsync(CancellationToken.None);
        _input = command.CreateInputStream();

        // Nobody may be left waiting because nobody read what the server says on the side.
        _errors = Task.Factory.StartNew(DrainErrors, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        BlockingWork.Abandon(Drain);
    }

    /// <inheritdoc/>
    public override int Read(Memory<byte> buffer)
    {
        using var silence = new CancellationTokenSource(_operation.Options.Timeout, _operation.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, _operation.CancellationToken);
        var read = _spool.Read(buffer.Span, either.Token);
        _operation.CancellationToken.ThrowIfCancellationRequested();
        if (read == 0 && silence.IsCancellationRequested)
        {
            _onSilence(false);
            throw new GitOpsException(Reasons.Timeout, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_address.Display}: the server was silent for {_operation.Options.Timeout.TotalSeconds:0.#} s."));
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
        var writing = Task.Run(
            () =>
            {
                _input.Write(bytes);
                _input.Flush();
            },
            CancellationToken.None);
        try
        {
            Blocking.Wait(_operation.WaitAsync(async token =>
            {
                await writing.WaitAsync(token).ConfigureAwait(false);
                return 0;
            }));
        }
        catch (Exception) when (!writing.IsCompleted)
        {
            _isStuck = true;
            BlockingWork.Forget(writing);
            _onSilence(true);
            throw;
        }
        catch (Exception exception) when (exception is SshException or ObjectDisposedException or InvalidOperationException)
        {
            _operation.CancellationToken.ThrowIfCancellationRequested();
            ThrowIfRefused();
            throw new GitOpsException(Reasons.FetchFailed, $"{_address.Display}: the connection was lost.", exception);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _spool.Dispose();
        if (_isStuck)
        {
            BlockingWork.Abandon(Close);
        }
        else
        {
            Close();
        }

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
            said.Length > 0 ? $"{_address.Display}: the server says: {said}" : $"{_address.Display}: the server ended the conversation{(cause is null ? "" : $": {cause.Message}")}.",
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
