using System.Security.Cryptography;
using System.Text;
using GitOps.Git.Tests.Servers;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace GitOps.Git.Tests.Verification;

/// <summary>Signatures as security keys (FIDO) make them, with keys that live in this test.</summary>
public sealed class SecurityKeyTests : IDisposable
{
    private const string Application = "ssh:";
    private const byte Touched = 1;

    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _payload = "tree 0\n\nchange\n"u8.ToArray();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("sk-ssh-ed25519@openssh.com")]
    [InlineData("sk-ecdsa-sha2-nistp256@openssh.com")]
    public void Verify_SecurityKey_IsRightAndSshKeygenAgrees(string type)
    {
        using var key = new SecurityKey(type);
        var line = $"{type} {Convert.ToBase64String(key.PublicKey)}";
        var armor = key.Sign(_payload, Touched);

        Verify(line, armor, _payload).Signer.Should().Contain("alice");
        Verify(line, armor, [.. _payload, 10]).Refusal.Should().Contain("wrong");
        using var other = new SecurityKey(type);
        Verify($"{type} {Convert.ToBase64String(other.PublicKey)}", armor, _payload).Refusal.Should().Contain("nobody allowed");
        if (Tools.HasSshKeygen)
        {
            File.WriteAllText(_directory["allowed"], $"alice {line}\n");
            File.WriteAllText(_directory["signature"], armor);
            Tools.Run("ssh-keygen", ["-Y", "verify", "-n", "git", "-f", _directory["allowed"], "-I", "alice", "-s", _directory["signature"]], input: Encoding.UTF8.GetString(_payload)).Should().Contain("Good");
        }
    }

    [Theory]
    [InlineData("sk-ssh-ed25519@openssh.com")]
    [InlineData("sk-ecdsa-sha2-nistp256@openssh.com")]
    public void Verify_NobodyTouchedTheKey_IsRefused(string type)
    {
        using var key = new SecurityKey(type);

        Verify($"{type} {Convert.ToBase64String(key.PublicKey)}", key.Sign(_payload, flags: 0), _payload).Signer.Should().BeNull();
    }

    private static SignatureVerdict Verify(string key, string armor, byte[] payload) => new SshSignatureVerifier([], $"alice {key}", []).Verify(armor, payload, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private sealed class SecurityKey : IDisposable
    {
        private readonly string _type;
        private readonly Ed25519PrivateKeyParameters? _edwards;
        private readonly ECDsa? _ecdsa;

        public SecurityKey(string type)
        {
            _type = type;
            if (type.StartsWith("sk-ssh", StringComparison.Ordinal))
            {
                _edwards = new Ed25519PrivateKeyParameters(new SecureRandom());
                PublicKey = new SshWriter().String(type).String(_edwards.GeneratePublicKey().GetEncoded()).String(Application).ToArray();
                return;
            }

            _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var point = _ecdsa.ExportParameters(false).Q;
            PublicKey = new SshWriter().String(type).String("nistp256").String([4, .. point.X!, .. point.Y!]).String(Application).ToArray();
        }

        public byte[] PublicKey { get; }

        public string Sign(byte[] payload, byte flags)
        {
            const uint Counter = 7;
            var data = SshSignature.SignedData("git", "sha512", payload);
            var statement = new SshWriter().Raw(SHA256.HashData(Encoding.UTF8.GetBytes(Application))).Raw([flags]).UInt32(Counter).Raw(SHA256.HashData(data)).ToArray();
            var signature = new SshWriter().String(_type).String(Raw(statement)).Raw([flags]).UInt32(Counter).ToArray();
            return new SshSignature(PublicKey, "git", "sha512", signature).ToArmor();
        }

        public void Dispose() => _ecdsa?.Dispose();

        private byte[] Raw(byte[] statement)
        {
            if (_edwards is not null)
            {
                var signer = new Org.BouncyCastle.Crypto.Signers.Ed25519Signer();
                signer.Init(true, _edwards);
                signer.BlockUpdate(statement, 0, statement.Length);
                return signer.GenerateSignature();
            }

            var joined = _ecdsa!.SignData(statement, HashAlgorithmName.SHA256);
            return new SshWriter().Number(joined.AsSpan(0, 32)).Number(joined.AsSpan(32)).ToArray();
        }
    }
}
