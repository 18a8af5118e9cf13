using Microsoft.Extensions.Configuration;

namespace GitOps.Configuration;

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

    public IEnumerable<string> Check() =>
        CheckChildren(configuration.Section.GetChildren(), "", [.. known.Select(k => k.Name), .. EngineSettings.Schema.Settings.Keys]);

    private static IEnumerable<string> CheckChildren(IEnumerable<IConfigurationSection> children, string above, IReadOnlyList<string> names)
    {
        foreach (var child in children)
        {
            var name = above + child.Key;
            if (names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            if (names.Any(n => n.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase)))
            {
                foreach (var mistake in CheckChildren(child.GetChildren(), $"{name}:", names))
                {
                    yield return mistake;
                }
            }
            else
            {
                yield return Packages.TryGetValue(name, out var package)
                    ? $"The configuration has '{child.Path}', which nobody reads: {package}."
                    : $"The configuration has '{child.Path}', which is not a known setting: remove it or mend its name.";
            }
        }
    }
}
