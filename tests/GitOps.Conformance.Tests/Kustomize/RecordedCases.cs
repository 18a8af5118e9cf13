namespace GitOps.Conformance.Tests.Kustomize;

/// <summary>Finds the recorded data that lies next to a checkout and is not part of it.</summary>
internal static class RecordedCases
{
    public static string? Directory(string name)
    {
        if (Environment.GetEnvironmentVariable("GITOPS_SHARED") is { Length: > 0 } shared)
        {
            return System.IO.Directory.Exists(Path.Combine(shared, "conformance", name)) ? Path.Combine(shared, "conformance", name) : null;
        }

        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var candidate = Path.Combine(at.FullName, "shared", "conformance", name);
            if (System.IO.Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
