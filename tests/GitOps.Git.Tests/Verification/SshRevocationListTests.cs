using System.Globalization;
using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Verification;

/// <summary>Key revocation lists, compared with what <c>ssh-keygen -Q</c> says of them.</summary>
public sealed class SshRevocationListTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void IsRevoked_RandomLists_SaysWhatSshKeygenSays()
    {
        Assert.SkipUnless(Tools.HasSshKeygen, "ssh-keygen is not installed");
        Key("ca", "ed25519");
        Key("other-ca", "ed25519");
        var plain = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            Key($"user{i}", i % 2 == 0 ? "ed25519" : "ecdsa");
            plain.Add(_directory[$"user{i}.pub"]);
        }

        var certificates = new List<string>();
        foreach (var (authority, serial) in new[] { ("ca", 0), ("ca", 1), ("ca", 5), ("ca", 64), ("ca", 100), ("ca", 70_000), ("other-ca", 5), ("other-ca", 100) })
        {
            var source = _directory[$"user{serial % 4}.pub"];
            var copy = _directory[$"{authority}-{serial}.pub"];
            File.Copy(source, copy);
            Tools.Run("ssh-keygen", ["-q", "-s", _directory[authority], "-I", $"id-{serial}", "-n", "alice", "-z", serial.ToString(CultureInfo.InvariantCulture), copy]);
            certificates.Add(_directory[$"{authority}-{serial}-cert.pub"]);
        }

        var random = new Random(20261123);
        int revoked = 0, accepted = 0;
        for (var round = 0; round < 40; round++)
        {
            var specification = string.Join('\n', Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(7) switch
            {
                0 => $"serial: {new[] { 1, 5, 64, 100, 7 }[random.Next(5)]}",
                1 => $"serial: {random.Next(1, 60)}-{random.Next(60, 120)}",
                2 => $"id: id-{new[] { 0, 1, 5, 64, 9 }[random.Next(5)]}",
                3 => $"key: {File.ReadAllText(plain[random.Next(plain.Count)]).Trim()}",
                4 => $"sha1: {File.ReadAllText(plain[random.Next(plain.Count)]).Trim()}",
                5 => $"sha256: {File.ReadAllText(plain[random.Next(plain.Count)]).Trim()}",
                _ => string.Join('\n', Enumerable.Range(0, 40).Select(i => $"serial: {2 + (i * random.Next(1, 3))}")),
            }));
            if (random.Next(6) == 0)
            {
                specification += $"\nkey: {File.ReadAllText(_directory["ca.pub"]).Trim()}";
            }

            File.WriteAllText(_directory["specification"], specification + "\n");
            Tools.Run("ssh-keygen", ["-q", "-k", "-f", _directory["krl"], "-s", random.Next(4) == 0 ? "NONE" : _directory["ca.pub"], _directory["specification"]]);
            var binary = File.ReadAllBytes(_directory["krl"]);
            var list = SshRevocationList.Parse(binary);
            var fromBase64 = SshRevocationList.Parse(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(binary)));
            foreach (var file in plain.Concat(certificates))
            {
                var blob = Convert.FromBase64String(File.ReadAllText(file).Split(' ')[1]);
                var certificate = SshCertificate.IsCertificate(blob) ? SshCertificate.Parse(blob) : null;
                var expected = IsRevoked(file);
                list.IsRevoked(certificate?.PublicKey ?? blob, certificate).Should().Be(expected, "{0} by\n{1}", Path.GetFileName(file), specification);
                fromBase64.IsRevoked(certificate?.PublicKey ?? blob, certificate).Should().Be(expected);
                _ = expected ? revoked++ : accepted++;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{revoked} revoked, {accepted} accepted");
        revoked.Should().BePositive();
        accepted.Should().BePositive();
    }

    [Fact]
    public void Parse_DamagedLists_AreRefusedOrReadButNothingElse()
    {
        Assert.SkipUnless(Tools.HasSshKeygen, "ssh-keygen is not installed");
        Key("user", "ed25519");
        File.WriteAllText(_directory["specification"], $"serial: 1-9\nserial: 100\nid: x\nsha256: {File.ReadAllText(_directory["user.pub"])}");
        Tools.Run("ssh-keygen", ["-q", "-k", "-f", _directory["krl"], "-s", _directory["user.pub"], _directory["specification"]]);
        var whole = File.ReadAllBytes(_directory["krl"]);
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var damaged = i % 2 == 0 ? whole[..random.Next(8, whole.Length)] : [.. whole];
            damaged[random.Next(8, damaged.Length == 8 ? 9 : damaged.Length) % damaged.Length] ^= (byte)random.Next(1, 256);
            try
            {
                SshRevocationList.Parse(damaged);
            }
            catch (FormatException)
            {
                // A list that cannot be read is refused as a whole.
            }
        }
    }

    [Theory]
    [InlineData("SHA256:short")]
    [InlineData("nonsense")]
    public void Parse_UnreadableText_IsRefused(string text) =>
        FluentActions.Invoking(() => SshRevocationList.Parse(System.Text.Encoding.UTF8.GetBytes(text))).Should().Throw<FormatException>();

    private void Key(string name, string type) => SshServer.Keygen(_directory.Path, name, type);

    private bool IsRevoked(string file)
    {
        try
        {
            Tools.Run("ssh-keygen", ["-Q", "-f", _directory["krl"], file]);
            return false;
        }
        catch (InvalidOperationException exception) when (exception.Message.Contains("REVOKED", StringComparison.Ordinal))
        {
            return true;
        }
    }
}
