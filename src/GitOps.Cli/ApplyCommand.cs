using System.CommandLine;

namespace GitOps.Cli;

/// <summary><c>gitops apply</c>: makes the cluster equal to manifests. Exit code 0 when it is, 1 on an error.</summary>
internal static class ApplyCommand
{
    private static readonly ClusterArguments s_arguments = new();
    private static readonly Option<bool> s_prune = new("--prune") { Description = "Delete objects of the inventory that are in the set no more." };
    private static readonly Option<bool> s_allowEmpty = new("--allow-empty") { Description = "With --prune: let an empty set delete everything." };
    private static readonly Option<bool> s_recreate = new("--force") { Description = "Delete and make anew objects whose immutable fields change." };
    private static readonly Option<bool> s_wait = new("--wait") { Description = "Wait until all objects are healthy." };
    private static readonly Option<bool> s_dryRun = new("--dry-run") { Description = "Show what would change and change nothing." };

    public static Command Create()
    {
        var command = s_arguments.AddTo(new Command("apply", "Apply manifests to a cluster.") { s_prune, s_allowEmpty, s_recreate, s_wait, s_dryRun });
        command.SetAction((result, cancellationToken) => RunAsync(result, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            if (!s_arguments.HasManifests(result))
            {
                throw new GitOpsException(Reasons.ValidationFailed, "There is nothing to apply: name manifests with -f or -k.");
            }

            var format = result.GetValue(s_arguments.Output)!;
            using var applier = s_arguments.Connect(result);
            var request = await s_arguments.RequestAsync(result, applier, cancellationToken).ConfigureAwait(false) with
            {
                Prune = result.GetValue(s_prune),
                AllowEmpty = result.GetValue(s_allowEmpty),
                RecreateOnImmutable = result.GetValue(s_recreate),
                AnnounceTakeover = !result.GetValue(s_dryRun),
            };
            var plan = await applier.PlanAsync(request, cancellationToken).ConfigureAwait(false);
            ClusterOutput.PrintDiagnostics(plan.Diagnostics, error);
            if (!plan.CanApply)
            {
                return 1;
            }

            if (result.GetValue(s_dryRun))
            {
                ClusterOutput.PrintPlan(plan, format, output);
                return 0;
            }

            var progress = format == "text" ? new LineProgress(output) : null;
            var changes = await applier.ApplyAsync(plan, progress, cancellationToken).ConfigureAwait(false);
            ClusterOutput.PrintDiagnostics([.. changes.Changes.Select(c => c.Error).OfType<Diagnostic>(), .. changes.Diagnostics], error);
            var healthy = true;
            HealthReport? health = null;
            if (changes.Succeeded && result.GetValue(s_wait))
            {
                (healthy, health) = await HealthWait.RunAsync(applier, request.UnitName, s_arguments.Limit(result), error, cancellationToken).ConfigureAwait(false);
            }

            ClusterOutput.PrintChanges(changes, health, format, output);
            return changes.Succeeded && healthy ? 0 : 1;
        }
        catch (GitOpsException e)
        {
            await error.WriteLineAsync($"error: {e.Message}").ConfigureAwait(false);
            return 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("error: interrupted; what was done stays recorded in the inventory").ConfigureAwait(false);
            return 1;
        }
    }

    /// <summary>Prints each object as it is done, in one piece per line.</summary>
    private sealed class LineProgress(TextWriter output) : IProgress<ObjectChange>
    {
        private readonly Lock _lock = new();

        public void Report(ObjectChange value)
        {
            if (value.Action == ChangeAction.Unchanged || value.Error is not null)
            {
                return;
            }

            lock (_lock)
            {
                output.WriteLine($"{value.Resource} {ClusterOutput.Verb(value.Action)}");
                output.Flush();
            }
        }
    }
}
