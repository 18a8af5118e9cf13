using System.Security.Cryptography;
using System.Text;

namespace GitOps.Git;

/// <summary>
/// SSH keys and certificates that are never accepted: OpenSSH's binary key revocation list (PROTOCOL.krl, made by <c>ssh-keygen -k</c>), the same in base64,
/// or text with one public key or <c>SHA256:</c> fingerprint in each line.
/// </summary>
internal sealed class SshRevocationList
{
    private static readonly byte[] Magic = "SSHKRL\n\0"u8.ToArray();

    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sha1 = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sha256 = new(StringComparer.Ordinal);
    private readonly List<RevokedCertificates> _certificates = [];

    private SshRevocationList()
    {
    }

    /// <exception cref="FormatException">It cannot be read: a key that was meant to be refused must not be overlooked.</exception>
    public static SshRevocationList Parse(ReadOnlySpan<byte> content)
    {
        var list = new SshRevocationList();
        if (content.StartsWith(Magic))
        {
            list.AddBinary(content);
            return list;
        }

        var text = Encoding.UTF8.GetString(content);
        var trimmed = text.Trim();
        var decoded = new byte[trimmed.Length];
        if (trimmed.StartsWith("U1NIS1JMCg", StringComparison.Ordinal) && Convert.TryFromBase64String(trimmed, decoded, out var length))
        {
            list.AddBinary(decoded.AsSpan(0, length));
        }
        else
        {
            list.AddText(text);
        }

        return list;
    }

    /// <summary>Whether a key, or the certificate it came with, or that one's authority is revoked.</summary>
    public bool IsRevoked(byte[] key, SshCertificate? certificate) =>
        IsRevoked(key) || (certificate is not null && (IsRevoked(certificate.Authority) || _certificates.Any(c => c.Contains(certificate))));

    private bool IsRevoked(byte[] key)
    {
        // SHA-1 is one of the hashes a list may be made with; it only finds keys here.
#pragma warning disable CA5350
        return _keys.Contains(Convert.ToHexString(key)) || _sha256.Contains(Convert.ToHexString(SHA256.HashData(key))) || (_sha1.Count > 0 && _sha1.Contains(Convert.ToHexString(SHA1.HashData(key))));
#pragma warning restore CA5350
    }

    private void AddText(string text)
    {
        foreach (var line in text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            if (!line.StartsWith("SHA256:", StringComparison.Ordinal))
            {
                _keys.UnionWith(AllowedSigner.ParseAuthorizedKeys(line).Select(k => Convert.ToHexString(k.Key)));
                continue;
            }

            var fingerprint = line[7..].Split(' ')[0].TrimEnd('=') + "=";
            var hash = new byte[64];
            if (!Convert.TryFromBase64String(fingerprint, hash, out var length) || length != SHA256.HashSizeInBytes)
            {
                throw new FormatException($"the list of revoked keys: '{ReferenceAdvertisementReader.Printable(line)}' is no fingerprint.");
            }

            _sha256.Add(Convert.ToHexString(hash.AsSpan(0, length)));
        }
    }

    private void AddBinary(ReadOnlySpan<byte> content)
    {
        const byte Certificates = 1, Keys = 2, Sha1 = 3, Signature = 4, Sha256 = 5, Extension = 255;
        try
        {
            var reader = new SshReader(content[Magic.Length..]);
            var format = reader.ReadUInt32();
            if (format != 1)
            {
                throw new FormatException($"the key revocation list has format {format}, which is not known.");
            }

            reader.ReadBytes(3 * sizeof(ulong));
            reader.ReadString();
            reader.ReadString();
            while (!reader.IsAtEnd)
            {
                var type = reader.ReadByte();
                var section = new SshReader(reader.ReadString());
                switch (type)
                {
                    case Certificates:
                        _certificates.Add(RevokedCertificates.Read(ref section));
                        break;
                    case Keys:
                        AddAll(_keys, ref section);
                        break;
                    case Sha1:
                        AddAll(_sha1, ref section);
                        break;
                    case Sha256:
                        AddAll(_sha256, ref section);
                        break;
                    case Signature:
                        // A signature by the key that the section names; OpenSSH itself does not check it any more. What comes in here is trusted as a whole.
                        reader.ReadString();
                        break;
                    case Extension:
                        RevokedCertificates.RefuseIfCritical(ref section);
                        break;
                    default:
                        throw new FormatException($"the key revocation list has a section of type {type}, which is not known.");
                }
            }
        }
        catch (InvalidDataException exception)
        {
            throw new FormatException("the key revocation list ends too early.", exception);
        }
    }

    private static void AddAll(HashSet<string> set, ref SshReader section)
    {
        while (!section.IsAtEnd)
        {
            set.Add(Convert.ToHexString(section.ReadString()));
        }
    }

    /// <summary>Certificates of one authority, or of any when none is named.</summary>
    private sealed record RevokedCertificates(byte[] Authority, List<(ulong First, ulong Last)> Serials, List<(ulong Offset, byte[] Bits)> Bitmaps, HashSet<string> KeyIds)
    {
        public bool Contains(SshCertificate certificate) =>
            (Authority.Length == 0 || Authority.AsSpan().SequenceEqual(certificate.Authority))
            && (KeyIds.Contains(certificate.KeyId)
                || (certificate.Serial != 0 && (Serials.Any(s => certificate.Serial >= s.First && certificate.Serial <= s.Last) || Bitmaps.Any(b => IsSet(b.Bits, certificate.Serial - b.Offset)))));

        public static RevokedCertificates Read(ref SshReader section)
        {
            const byte SerialList = 0x20, SerialRange = 0x21, SerialBitmap = 0x22, KeyId = 0x23, Extension = 0x39;
            var authority = section.ReadString().ToArray();
            section.ReadString();
            var revoked = new RevokedCertificates(authority, [], [], new HashSet<string>(StringComparer.Ordinal));
            while (!section.IsAtEnd)
            {
                var type = section.ReadByte();
                var data = new SshReader(section.ReadString());
                switch (type)
                {
                    case SerialList:
                        while (!data.IsAtEnd)
                        {
                            var serial = data.ReadUInt64();
                            revoked.Serials.Add((serial, serial));
                        }

                        break;
                    case SerialRange:
                        revoked.Serials.Add((data.ReadUInt64(), data.ReadUInt64()));
                        break;
                    case SerialBitmap:
                        revoked.Bitmaps.Add((data.ReadUInt64(), data.ReadNumber().ToArray()));
                        break;
                    case KeyId:
                        while (!data.IsAtEnd)
                        {
                            revoked.KeyIds.Add(data.ReadText());
                        }

                        break;
                    case Extension:
                        RefuseIfCritical(ref data);
                        break;
                    default:
                        throw new FormatException($"the key revocation list has certificates of type {type}, which is not known.");
                }
            }

            return revoked;
        }

        public static void RefuseIfCritical(ref SshReader extension)
        {
            var name = extension.ReadText();
            if (extension.ReadByte() != 0)
            {
                throw new FormatException($"the key revocation list needs the extension '{ReferenceAdvertisementReader.Printable(name)}', which is not known.");
            }
        }

        /// <summary>A big number's bits, from the lowest on, stand for serials. A serial below the offset wraps around to beyond its end.</summary>
        private static bool IsSet(byte[] bits, ulong index) => index < (ulong)bits.Length * 8 && (bits[^(((int)index / 8) + 1)] & (1 << ((int)index % 8))) != 0;
    }
}
