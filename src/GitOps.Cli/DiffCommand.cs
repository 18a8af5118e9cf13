using System.CommandLine;

namespace GitOps.Cli;

/// <summary><c>gitops diff</c>: shows what applying would change. Exit code 0 when nothing differs, 1 when something does, 2 on an error.</summary>
internal static class DiffCommand
{
    private static readonly ClusterArguments s_arguments = new();
    private static readonly Option<bool> s_prune = new("--prune") { Description = "Count objects of the inventory that are in the set no more as a difference." };

    public static Command Create()
    {
        var command = s_arguments.AddTo(new Command("diff", "Show what applying manifests would change.") { s_prune });
        command.SetAction((result, cancellationToken) => RunAsync(result, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            if (!s_arguments.HasManifests(result))
            {
                throw new GitOpsException(Reasons.ValidationFailed, "There is nothing to compare: name manifests with -f or -k.");
            }

            using var applier = s_arguments.Connect(result);
            var request = await s_arguments.RequestAsync(result, applier, cancellationToken).ConfigureAwait(false) with { Prune = result.GetValue(s_prune), AllowEmpty = true };
            var plan = await applier.PlanAsync(request, cancellationToken).ConfigureAwait(false);
            ClusterOutput.PrintDiagnostics(plan.Diagnostics, error);
            if (!plan.CanApply)
            {
                return 2;
            }

            ClusterOutput.PrintPlan(plan, result.GetValue(s_arguments.Output)!, output);
            return plan.HasChanges ? 1 : 0;
        }
        catch (GitOpsException e)
        {
            await error.WriteLineAsync($"error: {e.Message}").ConfigureAwait(false);
            return 2;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("error: interrupted").ConfigureAwait(false);
            return 2;
        }
    }
}
