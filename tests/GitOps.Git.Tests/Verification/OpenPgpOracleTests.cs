using System.Globalization;
using GitOps.Git.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Git.Tests.Verification;

/// <summary>Keys in every state, and signatures with them, judged by us and by gpg at several times.</summary>
public sealed class OpenPgpOracleTests : IDisposable
{
    private static readonly DateTimeOffset Made = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa2048")]
    [InlineData("nistp521")]
    [InlineData("dsa2048")]
    [InlineData("ed25519", "text")]
    [InlineData("ed25519", "expiring key")]
    [InlineData("ed25519", "expiring key, extended")]
    [InlineData("ed25519", "expiring signature")]
    [InlineData("ed25519", "revoked key")]
    [InlineData("ed25519", "second user, revoked")]
    [InlineData("ed25519", "subkey")]
    [InlineData("ed25519", "expiring subkey")]
    [InlineData("ed25519", "revoked subkey")]
    [InlineData("rsa2048", "subkey")]
    public void Verify_KeyInAState_SaysWhatGpgSays(string algorithm, string state = "")
    {
        using var gpg = new GpgHome();
        var hasSubkey = state.Contains("subkey", StringComparison.Ordinal);
        At(gpg, 0, "--passphrase", "", "--quick-gen-key", "Alice <alice@example.com>", algorithm, hasSubkey ? "cert" : "sign", state.StartsWith("expiring key", StringComparison.Ordinal) ? "60d" : "never");
        var fingerprint = gpg.FingerprintOf("alice");
        if (hasSubkey)
        {
            At(gpg, 0, "--passphrase", "", "--quick-add-key", fingerprint, algorithm, "sign", state == "expiring subkey" ? "60d" : "never");
        }

        File.WriteAllText(_directory["payload"], "tree 0\nauthor Alice\n\nchange \nwith spaces\n");
        At(gpg, 30, [.. state == "expiring signature" ? ["--default-sig-expire", "30d"] : Array.Empty<string>(), .. state == "text" ? ["--textmode"] : Array.Empty<string>(), "--armor", "--output", _directory["signature"], "--detach-sign", _directory["payload"]]);
        switch (state)
        {
            case "expiring key, extended":
                At(gpg, 40, "--passphrase", "", "--quick-set-expire", fingerprint, "360d");
                break;
            case "revoked key":
                var certificate = Directory.EnumerateFiles(Path.Combine(gpg.Environment["GNUPGHOME"], "openpgp-revocs.d")).Single();
                File.WriteAllText(certificate, File.ReadAllText(certificate).Replace(":-----BEGIN", "-----BEGIN", StringComparison.Ordinal));
                At(gpg, 40, "--import", certificate);
                break;
            case "second user, revoked":
                At(gpg, 20, "--passphrase", "", "--quick-add-uid", fingerprint, "Alice Else <alice@else.example>");
                At(gpg, 40, "--passphrase", "", "--quick-revoke-uid", fingerprint, "Alice Else <alice@else.example>");
                break;
            case "revoked subkey":
                Tools.Run("gpg", ["--no-tty", "--yes", "--quiet", "--pinentry-mode", "loopback", "--faked-system-time", Time(40), "--command-fd", "0", "--edit-key", fingerprint], environment: gpg.Environment, input: "key 1\nrevkey\ny\n0\n\ny\nsave\n");
                break;
        }

        var keys = gpg.PublicKey("alice");
        var verdicts = new List<bool>();
        foreach (var day in new[] { 31, 35, 50, 70, 500 })
        {
            var expected = IsGood(gpg, day);
            var verdict = new OpenPgpVerifier([keys], new FakeTimeProvider(Made.AddDays(day))).Verify(File.ReadAllText(_directory["signature"]), File.ReadAllBytes(_directory["payload"]));
            (verdict.Signer is not null).Should().Be(expected, "{0} {1} on day {2}: we say {3}{4}", algorithm, state, day, verdict.Signer, verdict.Refusal);
            verdicts.Add(expected);
        }

        // Here we are stricter than gpg, which only warns.
        new OpenPgpVerifier([keys], new FakeTimeProvider(Made.AddDays(10))).Verify(File.ReadAllText(_directory["signature"]), File.ReadAllBytes(_directory["payload"])).Signer.Should().BeNull("it was made later");
        TestContext.Current.TestOutputHelper?.WriteLine($"{algorithm} {state}: {string.Join(' ', verdicts.Select(v => v ? "good" : "refused"))}");
    }

    private static string Time(int day) => Made.AddDays(day).ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture) + "!";

    private static void At(GpgHome gpg, int day, params string[] arguments) => gpg.Gpg(["--faked-system-time", Time(day), .. arguments]);

    private bool IsGood(GpgHome gpg, int day)
    {
        try
        {
            var status = gpg.Gpg("--faked-system-time", Time(day), "--status-fd", "1", "--verify", _directory["signature"], _directory["payload"]);
            return status.Contains("[GNUPG:] GOODSIG ", StringComparison.Ordinal) && !status.Contains("KEYEXPIRED", StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
