namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>The folder of recorded data and real repositories beside the checkout.</summary>
internal static class SharedData
{
    /// <summary>A folder below <c>shared</c>; the test is skipped when it is not there.</summary>
    public static string Folder(string path)
    {
        var root = Environment.GetEnvironmentVariable("GITOPS_SHARED") ?? Find();
        var folder = root is null ? null : Path.Combine(root, path);
        Assert.SkipUnless(folder is not null && Directory.Exists(folder), $"shared/{path} is not beside the checkout, and GITOPS_SHARED does not name a folder that has it.");
        return folder!;
    }

    private static string? Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (Directory.Exists(Path.Combine(directory.FullName, "shared", "conformance")))
            {
                return Path.Combine(directory.FullName, "shared");
            }
        }

        return null;
    }
}
