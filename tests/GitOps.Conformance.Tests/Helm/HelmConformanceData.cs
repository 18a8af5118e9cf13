namespace GitOps.Conformance.Tests.Helm;

/// <summary>Finds the recorded Helm cases, which lie beside the project and are not part of it.</summary>
internal static class HelmConformanceData
{
    private static readonly Lazy<string?> Folder = new(Find);

    public static bool IsPresent => Folder.Value is not null;

    public static string Root
    {
        get
        {
            Assert.SkipWhen(Folder.Value is null, "The recorded cases (shared/conformance/helm) are not here; set GITOPS_SHARED to the folder 'shared'.");
            return Folder.Value!;
        }
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("GITOPS_SHARED") is { Length: > 0 } shared)
        {
            return Existing(Path.Combine(shared, "conformance", "helm"));
        }

        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (Existing(Path.Combine(directory.FullName, "shared", "conformance", "helm")) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static string? Existing(string path) => Directory.Exists(path) ? path : null;
}
