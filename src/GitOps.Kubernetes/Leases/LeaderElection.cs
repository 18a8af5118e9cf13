using GitOps.Kubernetes.Client;
using Microsoft.Extensions.Logging;

namespace GitOps.Kubernetes.Leases;

/// <summary>The elections that one host takes part in: one lease, and one fence, for each group of units.</summary>
internal sealed class LeaderElection : ILeaderElection
{
    private readonly DynamicClient _client;
    private readonly Func<string, LeaseOptions> _terms;
    private readonly WriteFences _fences;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="client">A client that no fence holds back.</param>
    /// <param name="terms">The terms of each group's lease.</param>
    /// <param name="fences">Shut from now on, until a lease is held.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it is told who leads.</param>
    public LeaderElection(DynamicClient client, Func<string, LeaseOptions> terms, WriteFences fences, TimeProvider time, ILogger logger)
    {
        (_client, _terms, _fences, _time, _logger) = (client, terms, fences, time, logger);
        fences.Require(group => $"{terms(group).Namespace}/{terms(group).Name}");
    }

    public Task RunAsync(string group, Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(group);
        return new LeaseElection(_client, _terms(group), _time, _logger, _fences.Of(group)).RunAsync(lead, cancellationToken);
    }
}
