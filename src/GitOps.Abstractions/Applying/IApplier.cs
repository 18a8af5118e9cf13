namespace GitOps;

/// <summary>Makes a cluster equal to a desired set. <c>GitOps.Kubernetes</c> holds the one for Kubernetes.</summary>
/// <remarks>Implementations are thread-safe; the engine never runs two plans or applies of one unit at a time.</remarks>
public interface IApplier
{
    /// <summary>Validates a whole set, dry-runs it on the server and compares it with live state; writes nothing.</summary>
    /// <param name="request">The desired set.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The plan; its diagnostics say why it cannot be applied, if so.</returns>
    ValueTask<Plan> PlanAsync(ApplyRequest request, CancellationToken cancellationToken);

    /// <summary>Carries a plan out: the inventory first, then the objects, then deletions.</summary>
    /// <param name="plan">A plan that this applier made.</param>
    /// <param name="progress">Is told of each object as it is done; <see langword="null"/> for nobody.</param>
    /// <param name="cancellationToken">Ends the call early; what was done stays recorded in the inventory.</param>
    /// <returns>What was done.</returns>
    ValueTask<ChangeSet> ApplyAsync(Plan plan, IProgress<ObjectChange>? progress, CancellationToken cancellationToken);

    /// <summary>Whether the applier runs the hooks of a request; one that does not leaves them out, and the engine warns of it.</summary>
    bool RunsHooks => false;

    /// <summary>
    /// Runs the hooks of a plan for one phase, one after the other. The engine calls it before <see cref="ApplyAsync"/> and after it, for every plan whose request has hooks;
    /// what already ran for the same set does not run again, also not after a kill in between.
    /// </summary>
    /// <param name="plan">A plan that this applier made.</param>
    /// <param name="phase">Which hooks.</param>
    /// <param name="timeout">How long one hook may take.</param>
    /// <param name="progress">Is told of each hook as it has run; <see langword="null"/> for nobody.</param>
    /// <param name="cancellationToken">Ends the call early; a hook that has begun goes on in the cluster and is taken up by the next call.</param>
    /// <returns>The hooks that ran; the first that failed is the last.</returns>
    /// <exception cref="NotSupportedException">The applier does not run hooks.</exception>
    ValueTask<ChangeSet> RunHooksAsync(Plan plan, HookPhase phase, TimeSpan timeout, IProgress<ObjectChange>? progress, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This applier does not run hooks.");

    /// <summary>Deletes all objects of a unit and its inventory.</summary>
    /// <param name="unitName">The unit.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>What was done.</returns>
    ValueTask<ChangeSet> DeleteAsync(string unitName, CancellationToken cancellationToken);

    /// <summary>Reports the health of a unit's objects now and whenever it changes, until it is cancelled.</summary>
    /// <param name="unitName">The unit whose inventory names the objects.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>Reports: the first at once, then one for each change.</returns>
    IAsyncEnumerable<HealthReport> WatchHealthAsync(string unitName, CancellationToken cancellationToken);

    /// <summary>Reports each change that somebody else makes to a unit's objects, until it is cancelled.</summary>
    /// <param name="request">The unit's desired set as it was applied last.</param>
    /// <param name="unwatched">Is told what cannot be watched and why, once that is known and whenever it changes; an empty list says that all is watched. <see langword="null"/> for nobody.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>The differences as they are seen.</returns>
    IAsyncEnumerable<Drift> WatchDriftAsync(ApplyRequest request, IProgress<IReadOnlyList<Diagnostic>>? unwatched, CancellationToken cancellationToken);
}
