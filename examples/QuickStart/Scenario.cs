using System.Net;
using GitOps;
using GitOps.Git;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace QuickStart;

/// <summary>What the example shows, step by step; each step checks in the cluster that it is true.</summary>
internal sealed class Scenario(GitOpsEngine engine, FleetRepository fleet, Kubernetes kubernetes, Screen screen, CancellationToken cancellationToken)
{
    private const string Production = "quickstart-production";

    public async Task RunAsync()
    {
        screen.Step("First reconciliation: everything in the order of its dependencies");
        await ReadyAsync(engine.GetUnits().Select(u => u.Name), revision: null);
        screen.Units();

        screen.Step("A commit rolls podinfo 6.7.0 out to production: only that unit is rendered");
        var before = engine.GetUnits().ToDictionary(u => u.Name, u => u.RenderCount);
        var rollout = await fleet.CommitAsync("Roll podinfo 6.7.0 out to production", GitFileChange.Write("apps/production/kustomization.yaml", FleetRepository.Overlay("production", "6.7.0", 3)));
        await ReadyAsync(engine.GetUnits().Select(u => u.Name), rollout);
        var rendered = engine.GetUnits().Where(u => u.RenderCount > before[u.Name]).Select(u => u.Name).ToList();
        Check(rendered is ["apps-production"], $"Rendered were {string.Join(", ", rendered)}.");
        Check((await DeploymentAsync()).Spec.Template.Spec.Containers[0].Image.EndsWith(":6.7.0", StringComparison.Ordinal), "The new image is not in the cluster.");
        screen.Note("rendered: apps-production; all others moved to the new revision without a render or a request");

        screen.Step("Somebody scales production to zero by hand: healed");
        var healed = screen.NextEventAsync(e => e.Unit == "apps-production" && e.Reason == Reasons.DriftCorrected, cancellationToken);
        await kubernetes.AppsV1.PatchNamespacedDeploymentAsync(
            new V1Patch("""{"spec":{"replicas":0}}""", V1Patch.PatchType.MergePatch), "podinfo", Production, fieldManager: "kubectl-edit", cancellationToken: cancellationToken);
        await healed;
        Check((await DeploymentAsync()).Spec.Replicas == 3, "The manual change is still there.");

        screen.Step("A manifest is deleted from Git: pruned");
        var removal = await fleet.CommitAsync(
            "Remove the debug settings",
            GitFileChange.Write("apps/development/kustomization.yaml", FleetRepository.Overlay("development", "6.7.0", 1)),
            GitFileChange.Delete("apps/development/debug.yaml"));
        await ReadyAsync(["apps-development"], removal);
        Check(!await ExistsAsync("debug", "quickstart-development"), "The ConfigMap debug is still in the cluster.");

        screen.Step("A broken commit is refused with file and line; the cluster stays as it was");
        var deployment = await DeploymentAsync();
        await fleet.CommitAsync("Tune production (in a hurry)", GitFileChange.Write("apps/production/kustomization.yaml", FleetRepository.Overlay("production", "6.8.0", 3).Replace("    newTag", "   newTag", StringComparison.Ordinal)));
        await WaitAsync("apps-production", u => u.Condition(ConditionTypes.Stalled)?.Status == ConditionStatus.True);
        Check((await DeploymentAsync()).Metadata.Generation == deployment.Metadata.Generation, "The broken commit changed the Deployment.");

        var repair = await fleet.CommitAsync("Tune production", GitFileChange.Write("apps/production/kustomization.yaml", FleetRepository.Overlay("production", "6.8.0", 3)));
        await ReadyAsync(engine.GetUnits().Select(u => u.Name), repair);
        screen.Step("In the end");
        screen.Units();
    }

    private async Task ReadyAsync(IEnumerable<string> names, Revision? revision)
    {
        foreach (var name in names.ToList())
        {
            await WaitAsync(name, u => u.IsReady && (revision is null || u.LastAppliedRevision!.SameContent(revision)));
            await screen.ShownAsync(name, engine.GetUnit(name).LastAppliedRevision!, cancellationToken);
        }
    }

    private async Task WaitAsync(string name, Func<UnitStatus, bool> condition)
    {
        try
        {
            await engine.WaitAsync(units => condition(units.Single(u => u.Name == name)), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            throw new ScenarioException($"{name} did not get there in time: {string.Join("; ", engine.GetUnit(name).Conditions.Select(c => c.Message))}");
        }
    }

    private Task<V1Deployment> DeploymentAsync() => kubernetes.AppsV1.ReadNamespacedDeploymentAsync("podinfo", Production, cancellationToken: cancellationToken);

    private async Task<bool> ExistsAsync(string name, string @namespace)
    {
        try
        {
            await kubernetes.CoreV1.ReadNamespacedConfigMapAsync(name, @namespace, cancellationToken: cancellationToken);
            return true;
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private static void Check(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new ScenarioException(otherwise);
        }
    }
}
