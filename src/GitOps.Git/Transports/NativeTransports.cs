using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Makes libgit2 use the managed transports for private schemes; the schemes the host may use itself are left alone.</summary>
internal static class NativeTransports
{
    public const string HttpScheme = "gitops-http";
    public const string StreamScheme = "gitops-stream";

    private static readonly Lazy<bool> Registered = new(Register);

    public static void EnsureRegistered() => _ = Registered.Value;

    private static bool Register()
    {
        GitRuntime.EnsureInitialized();

        // A registration lives as long as the process: libgit2 keeps calling into it.
        GlobalSettings.RegisterSmartSubtransport<HttpSubtransport>(HttpScheme);
        GlobalSettings.RegisterSmartSubtransport<StreamSubtransport>(StreamScheme);
        return true;
    }
}
