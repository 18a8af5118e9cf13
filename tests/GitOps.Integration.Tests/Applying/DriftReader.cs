using System.Threading.Channels;
using FluentAssertions;
using GitOps.Kubernetes;

namespace GitOps.Integration.Tests.Applying;

/// <summary>Reads a unit's drifts as they come. What the test ends with, be it a failed assertion, ends the watch first.</summary>
internal sealed class DriftReader : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Channel<Drift> _drifts = Channel.CreateUnbounded<Drift>();
    private readonly CancellationTokenSource _stop;
    private readonly KubernetesApplier _applier;
    private readonly ApplyRequest _request;
    private readonly Task _reading;

    public DriftReader(KubernetesApplier applier, ApplyRequest request, CancellationToken cancellationToken, IProgress<IReadOnlyList<Diagnostic>>? unwatched = null)
    {
        (_applier, _request) = (applier, request);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _reading = Task.Run(() => ReadAsync(unwatched), CancellationToken.None);
    }

    /// <summary>Whether a drift came that nobody has taken yet.</summary>
    public bool HasNext => _drifts.Reader.TryPeek(out _);

    /// <summary>Waits until the watch answers plans: only then a write is sure to be seen as a change.</summary>
    public async Task ReadyAsync()
    {
        var ready = _applier.WatchingAsync(_request.UnitName, _stop.Token);
        (await Task.WhenAny(ready, _reading).WaitAsync(s_patience, _stop.Token)).Should().BeSameAs(ready, "the watch must not end");
        await ready;
    }

    public async Task<Drift> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(s_patience);
        return await _drifts.Reader.ReadAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task ReadAsync(IProgress<IReadOnlyList<Diagnostic>>? unwatched)
    {
        try
        {
            await foreach (var drift in _applier.WatchDriftAsync(_request, unwatched, _stop.Token))
            {
                _drifts.Writer.TryWrite(drift);
            }
        }
        catch (OperationCanceledException)
        {
            _drifts.Writer.TryComplete();
        }
        catch (Exception e)
        {
            _drifts.Writer.TryComplete(e);
        }
    }
}
