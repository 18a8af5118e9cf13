using System.CommandLine;

namespace GitOps.Cli;

/// <summary>
/// <c>gitops delete</c>: deletes the objects of an inventory, or those of them that manifests name. What the inventory does not hold is left alone.
/// Exit code 0 when they are deleted, 1 on an error.
/// </summary>
internal static class DeleteCommand
{
    private static readonly ClusterArguments s_arguments = new();
    private static readonly Option<bool> s_dryRun = new("--dry-run") { Description = "Show what would be deleted and delete nothing." };

    public static Command Create()
    {
        var command = s_arguments.AddTo(new Command("delete", "Delete what was applied.") { s_dryRun });
        command.SetAction((result, cancellationToken) => RunAsync(result, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            var format = result.GetValue(s_arguments.Output)!;
            using var applier = s_arguments.Connect(result);
            var request = await s_arguments.RequestAsync(result, applier, cancellationToken).ConfigureAwait(false);
            var whole = !s_arguments.HasManifests(result);
            if (whole && !result.GetValue(s_dryRun))
            {
                return Finish(await applier.DeleteAsync(request.UnitName, cancellationToken).ConfigureAwait(false), format, output, error);
            }

            var plan = whole
                ? await applier.PlanAsync(request with { AllowEmpty = true }, cancellationToken).ConfigureAwait(false)
                : await applier.PlanDeleteAsync(request, cancellationToken).ConfigureAwait(false);
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

            return Finish(await applier.ApplyAsync(plan, null, cancellationToken).ConfigureAwait(false), format, output, error);
        }
        catch (GitOpsException e)
        {
            await error.WriteLineAsync($"error: {e.Message}").ConfigureAwait(false);
            return 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("error: interrupted; what is left stays recorded in the inventory").ConfigureAwait(false);
            return 1;
        }
    }

    private static int Finish(ChangeSet changes, string format, TextWriter output, TextWriter error)
    {
        if (format == "text")
        {
            foreach (var change in changes.Changes.Where(c => c.Error is null))
            {
                output.WriteLine($"{change.Resource} {ClusterOutput.Verb(change.Action)}");
            }
        }

        ClusterOutput.PrintDiagnostics([.. changes.Changes.Select(c => c.Error).OfType<Diagnostic>(), .. changes.Diagnostics], error);
        ClusterOutput.PrintChanges(changes, null, format, output);
        return changes.Succeeded ? 0 : 1;
    }
}
