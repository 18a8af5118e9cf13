namespace GitOps.Engine;

/// <summary>
/// Finds subsections of the configuration that nobody reads: a misspelt name, or a package that the host forgot to add.
/// </summary>
internal sealed class SubsectionCheck(GitOpsConfiguration configuration, IEnumerable<KnownSubsection> known) : IConfigurationCheck
{
    private static readonly Dictionary<string, string> Packages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["GitSources"] = "reference GitOps.Git and call AddGit()",
        ["Kustomizations"] = "reference GitOps.Kustomize and call AddKustomize()",
        ["HelmReleases"] = "reference GitOps.Helm and call AddHelm()",
        ["HelmRepositories"] = "reference GitOps.Helm and call AddHelm()",
        ["Kubernetes"] = "reference GitOps.Kubernetes and call UseKubernetes()",
        ["Notifications"] = "reference GitOps.Notifications and call AddNotifications()",
    };

    public IEnumerable<string> Check()
    {
        var names = known.Select(k => k.Name)
            .Concat(["DirectorySources", "Manifests", nameof(GitOpsOptions.Concurrency), nameof(GitOpsOptions.Jitter), nameof(GitOpsOptions.HistoryLimit), nameof(GitOpsOptions.NotificationTimeout), nameof(GitOpsOptions.StateDirectory)])
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var child in configuration.Section.GetChildren().Where(c => !names.Contains(c.Key)))
        {
            yield return Packages.TryGetValue(child.Key, out var package)
                ? $"The configuration has '{child.Path}', which nobody reads: {package}."
                : $"The configuration has '{child.Path}', which is not a known setting: remove it or mend its name.";
        }
    }
}
