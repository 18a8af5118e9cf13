using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Prepares libgit2 once in a process.</summary>
internal static class GitRuntime
{
    private static readonly Lazy<bool> Initialized = new(Initialize);

    public static void EnsureInitialized() => _ = Initialized.Value;

    private static bool Initialize()
    {
        // The user's and the system's configuration must not leak in: insteadOf rewrites, proxies, credential helpers, default branches.
        foreach (var level in (ReadOnlySpan<ConfigurationLevel>)[ConfigurationLevel.ProgramData, ConfigurationLevel.System, ConfigurationLevel.Xdg, ConfigurationLevel.Global])
        {
            GlobalSettings.SetConfigSearchPaths(level, []);
        }

        return true;
    }
}
