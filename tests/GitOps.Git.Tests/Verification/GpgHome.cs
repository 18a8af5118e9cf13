using System.Text.RegularExpressions;
using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Verification;

/// <summary>A GnuPG home of one test.</summary>
internal sealed class GpgHome : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public GpgHome()
    {
        Assert.SkipUnless(Tools.HasGpg, "gpg is not installed (Debian: gnupg)");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["GNUPGHOME"] = _directory.Path,
        ["GIT_COMMITTER_NAME"] = "Alice",
        ["GIT_COMMITTER_EMAIL"] = "alice@example.com",
        ["GIT_AUTHOR_NAME"] = "Alice",
        ["GIT_AUTHOR_EMAIL"] = "alice@example.com",
    };

    /// <summary>Makes a key and gives its fingerprint.</summary>
    public string MakeKey(string user, string algorithm = "ed25519", string expires = "never", string passphrase = "", string? fakedTime = null)
    {
        Gpg([.. fakedTime is null ? Array.Empty<string>() : ["--faked-system-time", fakedTime], "--passphrase", passphrase, "--quick-gen-key", user, algorithm, "sign", expires]);
        return FingerprintOf(user);
    }

    public string FingerprintOf(string user) => Regex.Match(Gpg("--with-colons", "--list-keys", user), "fpr:+([0-9A-F]+):").Groups[1].Value;

    public string PublicKey(string user) => Gpg("--armor", "--export", user);

    public string SecretKey(string user, string passphrase = "") => Gpg("--passphrase", passphrase, "--armor", "--export-secret-keys", user);

    public string Gpg(params string[] arguments) => Tools.Run("gpg", ["--batch", "--yes", "--quiet", "--pinentry-mode", "loopback", .. arguments], environment: Environment);

    public void Dispose()
    {
        Tools.Run("gpgconf", ["--kill", "all"], environment: Environment);
        _directory.Dispose();
    }
}
