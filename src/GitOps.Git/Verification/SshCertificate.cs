namespace GitOps.Git;

/// <summary>An OpenSSH certificate: a public key, whom it stands for, until when, and which authority says so.</summary>
internal sealed record SshCertificate(byte[] PublicKey, ulong Serial, uint Type, string KeyId, IReadOnlyList<string> Principals, ulong ValidAfter, ulong ValidBefore, bool HasCriticalOptions, byte[] Authority, byte[] SignedData, byte[] Signature)
{
    private const string Suffix = "-cert-v01@openssh.com";
    private const uint UserCertificate = 1;

    public static bool IsCertificate(ReadOnlySpan<byte> key) => SshPublicKey.TypeOf(key).EndsWith(Suffix, StringComparison.Ordinal);

    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static SshCertificate Parse(byte[] data)
    {
        var reader = new SshReader(data);
        var type = reader.ReadText();
        var plain = type switch
        {
            "sk-ssh-ed25519-cert-v01@openssh.com" => "sk-ssh-ed25519@openssh.com",
            "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com" => "sk-ecdsa-sha2-nistp256@openssh.com",
            _ => type[..^Suffix.Length],
        };
        reader.ReadString();
        var key = new SshWriter().String(plain);
        var fields = plain switch
        {
            "ssh-ed25519" => 1,
            "ssh-rsa" or "sk-ssh-ed25519@openssh.com" => 2,
            "sk-ecdsa-sha2-nistp256@openssh.com" => 3,
            _ => 2,
        };
        for (var i = 0; i < fields; i++)
        {
            key.String(reader.ReadString());
        }

        var serial = reader.ReadUInt64();
        var kind = reader.ReadUInt32();
        var id = reader.ReadText();
        var principals = new List<string>();
        var names = new SshReader(reader.ReadString());
        while (!names.IsAtEnd)
        {
            principals.Add(names.ReadText());
        }

        var after = reader.ReadUInt64();
        var before = reader.ReadUInt64();
        var critical = reader.ReadString();
        reader.ReadString();
        reader.ReadString();
        var authority = reader.ReadString().ToArray();
        var signed = data[..(data.Length - reader.Rest.Length)];
        return new SshCertificate(key.ToArray(), serial, kind, id, principals, after, before, !critical.IsEmpty, authority, signed, reader.ReadString().ToArray());
    }

    /// <summary>Why the certificate does not count at a time, or null.</summary>
    public string? Refuse(DateTimeOffset at)
    {
        var seconds = at.ToUnixTimeSeconds();
        return Type != UserCertificate ? "the certificate is not one of a user"
            : HasCriticalOptions ? "the certificate has conditions that are not understood"
            : seconds < 0 || (ulong)seconds < ValidAfter ? "the certificate was not valid yet"
            : (ulong)seconds >= ValidBefore ? "the certificate had expired"
            : IsCertificate(Authority) || !SshPublicKey.Verify(Authority, Signature, SignedData) ? "the certificate's own signature is wrong"
            : null;
    }
}
