using System.Security.Cryptography;
using System.Text;

namespace GitOps.Git;

/// <summary>
/// Host keys in the format of OpenSSH's <c>known_hosts</c>: comma-separated patterns with <c>*</c>, <c>?</c> and <c>!</c>, <c>[host]:port</c>, hashed names,
/// several keys for one host, and the markers <c>@revoked</c> and <c>@cert-authority</c>.
/// </summary>
internal sealed class KnownHosts
{
    private const int MaxLines = 100_000;

    private readonly List<KnownHost> _hosts;

    private KnownHosts(List<KnownHost> hosts) => _hosts = hosts;

    public int Count => _hosts.Count;

    /// <exception cref="FormatException">A line cannot be read; a host key that was meant to be refused must not be overlooked.</exception>
    public static KnownHosts Parse(string text)
    {
        var hosts = new List<KnownHost>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            if (++number > MaxLines)
            {
                throw new FormatException($"known_hosts has more than {MaxLines} lines.");
            }

            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var fields = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            var marker = KnownHostMarker.None;
            if (fields[0].StartsWith('@'))
            {
                marker = fields[0] switch
                {
                    "@revoked" => KnownHostMarker.Revoked,
                    "@cert-authority" => KnownHostMarker.CertificateAuthority,
                    _ => throw new FormatException($"known_hosts line {number}: the marker '{fields[0]}' is not known."),
                };
                fields = fields[1..];
            }

            if (fields.Length < 3)
            {
                throw new FormatException($"known_hosts line {number}: expected host names, key type and key.");
            }

            var key = new byte[fields[2].Length];
            if (!Convert.TryFromBase64String(fields[2], key, out var length))
            {
                throw new FormatException($"known_hosts line {number}: the key is not base64.");
            }

            hosts.Add(new KnownHost(marker, fields[0], fields[1], key[..length]));
        }

        return new KnownHosts(hosts);
    }

    /// <summary>The types of the keys that are known for a host, so that only those are asked for.</summary>
    public IReadOnlyList<string> KeyTypesOf(string host, int port) =>
        [.. _hosts.Where(h => h.Marker == KnownHostMarker.None && h.IsFor(host, port)).Select(h => h.KeyType).Distinct(StringComparer.Ordinal)];

    public bool HasCertificateAuthorityFor(string host, int port) => _hosts.Any(h => h.Marker == KnownHostMarker.CertificateAuthority && h.IsFor(host, port));

    /// <summary>Judges a plain host key.</summary>
    public HostKeyVerdict Judge(string host, int port, ReadOnlySpan<byte> key)
    {
        var isKnownHost = false;
        var isTrusted = false;
        foreach (var known in _hosts)
        {
            if (known.Marker == KnownHostMarker.CertificateAuthority || !known.IsFor(host, port))
            {
                continue;
            }

            var isSame = CryptographicOperations.FixedTimeEquals(known.Key, key);
            if (known.Marker == KnownHostMarker.Revoked)
            {
                if (isSame)
                {
                    return HostKeyVerdict.Revoked;
                }

                continue;
            }

            isKnownHost = true;
            isTrusted |= isSame;
        }

        return isTrusted ? HostKeyVerdict.Trusted : isKnownHost ? HostKeyVerdict.Changed : HostKeyVerdict.Unknown;
    }

    /// <summary>Judges the authority that signed a host certificate, and the key it signed.</summary>
    public HostKeyVerdict JudgeAuthority(string host, int port, ReadOnlySpan<byte> authority, ReadOnlySpan<byte> key)
    {
        var isTrusted = false;
        foreach (var known in _hosts.Where(h => h.IsFor(host, port)))
        {
            if (known.Marker == KnownHostMarker.Revoked && (CryptographicOperations.FixedTimeEquals(known.Key, authority) || CryptographicOperations.FixedTimeEquals(known.Key, key)))
            {
                return HostKeyVerdict.Revoked;
            }

            isTrusted |= known.Marker == KnownHostMarker.CertificateAuthority && CryptographicOperations.FixedTimeEquals(known.Key, authority);
        }

        return isTrusted ? HostKeyVerdict.Trusted : HostKeyVerdict.Unknown;
    }

    private sealed record KnownHost(KnownHostMarker Marker, string Hosts, string KeyType, byte[] Key)
    {
        public bool IsFor(string host, int port)
        {
            var name = port == 22 ? host : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"[{host}]:{port}");
            if (Hosts.StartsWith("|1|", StringComparison.Ordinal))
            {
                return IsHashOf(name.ToLowerInvariant());
            }

            return SshPattern.IsInList(Hosts, name, ignoreCase: true);
        }

        private bool IsHashOf(string name)
        {
            var parts = Hosts.Split('|');
            if (parts.Length != 4)
            {
                return false;
            }

            Span<byte> salt = stackalloc byte[64];
            Span<byte> hash = stackalloc byte[64];
            if (!Convert.TryFromBase64String(parts[2], salt, out var saltLength) || !Convert.TryFromBase64String(parts[3], hash, out var hashLength))
            {
                return false;
            }

            // SHA-1 is what the format prescribes; it hides names here and protects nothing.
#pragma warning disable CA5350
            return CryptographicOperations.FixedTimeEquals(HMACSHA1.HashData(salt[..saltLength], Encoding.UTF8.GetBytes(name)), hash[..hashLength]);
#pragma warning restore CA5350
        }
    }
}
