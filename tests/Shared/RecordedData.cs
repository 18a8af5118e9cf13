namespace GitOps.Tests;

/// <summary>Finds the data recorded from the real tools, which lies beside a checkout as <c>shared</c> and is not part of it.</summary>
internal static class RecordedData
{
    private static readonly Lazy<string?> Shared = new(static () =>
    {
        if (Environment.GetEnvironmentVariable("GITOPS_SHARED") is { Length: > 0 } given)
        {
            return given;
        }

        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, "shared");
            if (Directory.Exists(Path.Combine(candidate, "conformance")))
            {
                return candidate;
            }
        }

        return null;
    });

    /// <summary>The folder at a path below <c>shared</c>, or <see langword="null"/> when it is not on this machine.</summary>
    public static string? Find(string path) =>
        Shared.Value is { } shared && Directory.Exists(Path.Combine(shared, path)) ? Path.Combine(shared, path) : null;

    /// <summary>The folder at a path below <c>shared</c>; without it the test reports itself skipped.</summary>
    public static string Require(string path)
    {
        var folder = Find(path);
        Assert.SkipWhen(folder is null, $"The recorded data shared/{path} is not here: put 'shared' beside the checkout, or name the folder in GITOPS_SHARED.");
        return folder!;
    }
}
