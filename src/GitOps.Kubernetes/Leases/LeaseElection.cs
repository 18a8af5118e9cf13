using System.Globalization;
using GitOps.Kubernetes.Client;
using Microsoft.Extensions.Logging;

namespace GitOps.Kubernetes.Leases;

/// <summary>
/// Leader election over a Lease object, with the terms that client-go uses: a host leads as long as it renews, and another takes over
/// when the lease was not renewed for its whole duration - measured by the other's own clock, so clocks need not agree.
/// </summary>
internal sealed partial class LeaseElection(DynamicClient client, LeaseOptions options, TimeProvider time, ILogger logger, WriteFence? fence = null)
{
    private static readonly ApiResource s_leases = new("coordination.k8s.io", "v1", "Lease", "leases", true);

    private const long LongestTerm = 24 * 60 * 60;

    private string _observed = "";
    private long _observedAt;

    /// <summary>Takes part until it is cancelled: whenever this host holds the lease, the work runs.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lead);
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await TryToLeadAsync(cancellationToken).ConfigureAwait(false))
            {
                LogLeading(logger, options.Identity, options.Name);
                await LeadAsync(lead, cancellationToken).ConfigureAwait(false);
                LogStopped(logger, options.Identity, options.Name);
            }
            else
            {
                await PauseAsync(options.RetryPeriod, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<bool> TryToLeadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await TryHoldAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Should the request have got through after all, the lease runs out by itself.
            return false;
        }
    }

    private async Task LeadAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = Task.Run(() => lead(leading.Token), CancellationToken.None);
        try
        {
            await RenewAsync(work, cancellationToken).ConfigureAwait(false);
            if (!work.IsCompleted && !cancellationToken.IsCancellationRequested)
            {
                // First the fence, then the word: what does not listen to the word cannot write any more.
                fence?.Shut();
                LogLost(logger, options.Identity, options.Name);
            }
        }
        finally
        {
            await leading.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            await work.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (leading.IsCancellationRequested)
        {
            // That is how the work ends when the leadership does.
        }
        finally
        {
            fence?.Shut();
            await ReleaseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Renews until the work or the host ends, or until the lease is lost.</summary>
    private async Task RenewAsync(Task work, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Not past the deadline, so that the work hears of the end when it comes.
            var rest = options.RenewDeadline - time.GetElapsedTime(_renewed);
            using (var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                await Task.WhenAny(work, Task.Delay(rest < options.RetryPeriod ? rest < TimeSpan.Zero ? TimeSpan.Zero : rest : options.RetryPeriod, time, pause.Token)).ConfigureAwait(false);
                await pause.CancelAsync().ConfigureAwait(false);
            }

            if (work.IsCompleted || cancellationToken.IsCancellationRequested)
            {
                return;
            }

            var left = options.RenewDeadline - time.GetElapsedTime(_renewed);
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            using var limit = new CancellationTokenSource(left, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                if (!await TryHoldAsync(linked.Token).ConfigureAwait(false) && _holder.Length > 0 && _holder != options.Identity)
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (linked.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private long _renewed;

    private string _holder = "";

    /// <summary>Takes or renews the lease.</summary>
    private async ValueTask<bool> TryHoldAsync(CancellationToken cancellationToken)
    {
        var (started, startedAt) = (time.GetTimestamp(), time.GetUtcNow());
        if (!await TryWriteAsync(startedAt, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        _renewed = started;
        fence?.Open(started, startedAt, options.RenewDeadline);
        return true;
    }

    private async ValueTask<bool> TryWriteAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var result = await client.GetAsync(s_leases, options.Namespace, options.Name, cancellationToken).ConfigureAwait(false);
        if (result.Error is { IsNotFound: true })
        {
            _holder = "";
            return await CreateAsync(now, cancellationToken).ConfigureAwait(false);
        }

        if (!result.Succeeded)
        {
            LogUnreachable(logger, options.Name, result.Error.Message);
            return false;
        }

        var lease = result.Body;
        var spec = lease.GetOrAddMap("spec");
        _holder = spec.GetString("holderIdentity") ?? "";

        // Any change of the record counts as a sign of life; its own times are of another clock.
        var record = $"{lease.GetMap("metadata")?.GetString("resourceVersion")}";
        if (record != _observed)
        {
            (_observed, _observedAt) = (record, time.GetTimestamp());
        }

        // The holder's own term counts, within reason: a record that says for ever would keep everybody out for ever.
        var duration = spec["leaseDurationSeconds"] is ScalarNode scalar && scalar.TryGetInt64(out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, LongestTerm)) : options.Duration;
        if (_holder.Length > 0 && _holder != options.Identity && time.GetElapsedTime(_observedAt) < duration)
        {
            return false;
        }

        if (_holder != options.Identity)
        {
            var transitions = spec["leaseTransitions"] is ScalarNode count && count.TryGetInt64(out var value) ? value : 0;
            spec.Set("leaseTransitions", ScalarNode.Integer(transitions + 1));
            spec.Set("acquireTime", MicroTime(now));
        }

        Write(spec, now);
        var written = await client.UpdateAsync(s_leases, options.Namespace, options.Name, lease, new PatchOptions { FieldManager = options.FieldManager }, cancellationToken).ConfigureAwait(false);
        return Held(written);
    }

    private async ValueTask<bool> CreateAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lease = new MapNode();
        lease.Set("apiVersion", s_leases.ApiVersion);
        lease.Set("kind", s_leases.Kind);
        var metadata = lease.GetOrAddMap("metadata");
        metadata.Set("name", options.Name);
        metadata.Set("namespace", options.Namespace);
        var spec = lease.GetOrAddMap("spec");
        spec.Set("leaseTransitions", ScalarNode.Integer(0));
        spec.Set("acquireTime", MicroTime(now));
        Write(spec, now);
        var write = new PatchOptions { FieldManager = options.FieldManager };
        var created = await client.CreateAsync(s_leases, options.Namespace, lease, write, cancellationToken).ConfigureAwait(false);
        if (created.Error is { IsNamespaceMissing: true })
        {
            await Namespaces.CreateAsync(client, options.Namespace, write, cancellationToken).ConfigureAwait(false);
            created = await client.CreateAsync(s_leases, options.Namespace, lease, write, cancellationToken).ConfigureAwait(false);
        }

        return Held(created);
    }

    private bool Held(ApiResult written)
    {
        if (!written.Succeeded)
        {
            return false;
        }

        _holder = options.Identity;
        (_observed, _observedAt) = (written.Body.GetMap("metadata")?.GetString("resourceVersion") ?? "", time.GetTimestamp());
        return true;
    }

    private void Write(MapNode spec, DateTimeOffset now)
    {
        spec.Set("holderIdentity", options.Identity);
        spec.Set("leaseDurationSeconds", ScalarNode.Integer((long)options.Duration.TotalSeconds));
        spec.Set("renewTime", MicroTime(now));
    }

    /// <summary>Gives the lease back, so that another host need not wait for it to run out.</summary>
    private async ValueTask ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        try
        {
            var result = await client.GetAsync(s_leases, options.Namespace, options.Name, limit.Token).ConfigureAwait(false);
            if (!result.Succeeded || result.Body.GetMap("spec")?.GetString("holderIdentity") != options.Identity)
            {
                return;
            }

            var spec = result.Body.GetOrAddMap("spec");
            spec.Set("holderIdentity", "");
            spec.Set("leaseDurationSeconds", ScalarNode.Integer(1));
            spec.Set("renewTime", MicroTime(time.GetUtcNow()));
            await client.UpdateAsync(s_leases, options.Namespace, options.Name, result.Body, new PatchOptions { FieldManager = options.FieldManager }, limit.Token).ConfigureAwait(false);
            _holder = "";
        }
        catch (OperationCanceledException)
        {
            // It runs out by itself.
            LogLost(logger, options.Identity, options.Name);
        }
    }

    private async ValueTask PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The loop's condition sees it.
        }
    }

    private static ScalarNode MicroTime(DateTimeOffset at) => ScalarNode.String(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));

    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} leads: it holds the lease {Lease}")]
    private static partial void LogLeading(ILogger logger, string identity, string lease);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} no longer leads and gave the lease {Lease} back")]
    private static partial void LogStopped(ILogger logger, string identity, string lease);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Identity} lost the lease {Lease}: it could not be renewed in time or another host took it")]
    private static partial void LogLost(ILogger logger, string identity, string lease);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease {Lease} cannot be read: {Problem}")]
    private static partial void LogUnreachable(ILogger logger, string lease, string problem);
}
