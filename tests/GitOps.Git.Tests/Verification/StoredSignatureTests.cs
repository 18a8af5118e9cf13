using Microsoft.Extensions.Time.Testing;

namespace GitOps.Git.Tests.Verification;

/// <summary>Signatures that GnuPG and OpenSSH made once; they are checked where neither is installed.</summary>
public sealed class StoredSignatureTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa3072")]
    [InlineData("nistp384")]
    public void Verify_OpenPgp_IsRight(string name)
    {
        var verifier = new OpenPgpVerifier([Text($"openpgp-{name}.key.asc")], Clock);

        verifier.Verify(Text($"openpgp-{name}.sig.asc"), Payload()).Signer.Should().Contain($"{name}@example.com");
        verifier.Verify(Text($"openpgp-{name}.sig.asc"), [.. Payload(), 10]).Refusal.Should().Contain("wrong");
        new OpenPgpVerifier([Text("openpgp-expired.key.asc")], Clock).Verify(Text($"openpgp-{name}.sig.asc"), Payload()).Refusal.Should().Contain("not in the key ring");
    }

    [Theory]
    [InlineData("expired", "expired")]
    [InlineData("revoked", "revoked")]
    public void Verify_OpenPgpKeyThatDoesNotCount_IsRefused(string name, string told) =>
        new OpenPgpVerifier([Text($"openpgp-{name}.key.asc")], Clock).Verify(Text($"openpgp-{name}.sig.asc"), Payload()).Refusal.Should().Contain(told);

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa")]
    [InlineData("ecdsa")]
    public void Verify_Ssh_IsRight(string name)
    {
        var verifier = new SshSignatureVerifier([Text($"ssh-{name}.pub")], "", []);

        verifier.Verify(Text($"ssh-{name}.sig"), Payload(), Clock.GetUtcNow()).Signer.Should().Contain($"{name}@example.com");
        verifier.Verify(Text($"ssh-{name}.sig"), [.. Payload(), 10], Clock.GetUtcNow()).Refusal.Should().Contain("wrong");
    }

    [Fact]
    public void Verify_DamagedSignatures_AreRefusedAndNothingElse()
    {
        var openPgp = new OpenPgpVerifier([Text("openpgp-ed25519.key.asc"), Text("openpgp-rsa3072.key.asc")], Clock);
        var ssh = new SshSignatureVerifier([Text("ssh-ed25519.pub"), Text("ssh-rsa.pub"), Text("ssh-ecdsa.pub")], "", []);
        var random = new Random(1);
        foreach (var name in new[] { "openpgp-ed25519.sig.asc", "openpgp-rsa3072.sig.asc", "ssh-ed25519.sig", "ssh-rsa.sig", "ssh-ecdsa.sig" })
        {
            var whole = Text(name);
            for (var i = 0; i < 300; i++)
            {
                var damaged = whole.ToCharArray();
                var at = random.Next(60, whole.Length - 60);
                if (i % 3 == 0)
                {
                    damaged = [.. damaged[..at], .. damaged[(at + random.Next(1, 30))..]];
                }
                else
                {
                    damaged[at] = "ABCxyz019+/=\n"[random.Next(13)];
                }

                var text = new string(damaged);
                var verdict = name.StartsWith("ssh", StringComparison.Ordinal) ? ssh.Verify(text, Payload(), Clock.GetUtcNow()) : openPgp.Verify(text, Payload());

                // A changed line break, or bits that are not signed, may leave a signature right; but it must then be one of these keys.
                (verdict.Signer ?? verdict.Refusal).Should().NotBeNullOrEmpty();
            }
        }
    }

    private static byte[] Payload() => File.ReadAllBytes(PathOf("payload.txt"));

    private static string Text(string name) => File.ReadAllText(PathOf(name));

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "Signatures", name);
}
