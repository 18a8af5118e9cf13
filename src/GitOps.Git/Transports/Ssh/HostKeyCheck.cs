using Renci.SshNet.Common;

namespace GitOps.Git;

/// <summary>Decides whether a server is the one that <c>known_hosts</c> speaks of.</summary>
internal sealed class HostKeyCheck(GitAddress address, TimeProvider timeProvider)
{
    /// <summary>Judges what a server showed.</summary>
    /// <returns>Why it is refused, or null when it is trusted.</returns>
    public GitOpsException? Judge(HostKeyEventArgs offered, KnownHosts knownHosts)
    {
        if (offered.Certificate is { } certificate)
        {
            return JudgeCertificate(certificate, offered, knownHosts);
        }

        var shown = $"{offered.HostKeyName} SHA256:{offered.FingerPrintSHA256}";
        return knownHosts.Judge(address.Host, address.Port, offered.HostKey) switch
        {
            HostKeyVerdict.Trusted => null,
            HostKeyVerdict.Revoked => Refuse($"the host key {shown} is revoked in known_hosts"),
            HostKeyVerdict.Changed => Refuse($"the host key {shown} is not the one in known_hosts: somebody may be in between, or the server has a new key"),
            _ => Refuse($"the host is not in known_hosts; it showed the key {shown}"),
        };
    }

    private GitOpsException? JudgeCertificate(Renci.SshNet.Security.Certificate certificate, HostKeyEventArgs offered, KnownHosts knownHosts)
    {
        var authority = certificate.CertificateAuthorityKey;
        var shown = $"certificate '{certificate.KeyId}' of authority {certificate.CertificateAuthorityKeyFingerPrint}";
        var now = timeProvider.GetUtcNow().ToUnixTimeSeconds();
        if (certificate.Type != Renci.SshNet.Security.Certificate.CertificateType.Host)
        {
            return Refuse($"the {shown} is not for a host");
        }

        if (now < 0 || (ulong)now < certificate.ValidAfterUnixSeconds || (ulong)now >= certificate.ValidBeforeUnixSeconds)
        {
            return Refuse($"the {shown} is not valid at this time");
        }

        if (certificate.CriticalOptions.Count > 0)
        {
            return Refuse($"the {shown} has conditions that are not understood");
        }

        // As OpenSSH: a host certificate must name its hosts; patterns are allowed.
        if (!certificate.ValidPrincipals.Any(p => SshPattern.IsMatch(p, address.Host, ignoreCase: true)))
        {
            return Refuse($"the {shown} is not for this host");
        }

        return knownHosts.JudgeAuthority(address.Host, address.Port, authority, offered.HostKey) switch
        {
            HostKeyVerdict.Trusted => null,
            HostKeyVerdict.Revoked => Refuse($"the {shown} or its key is revoked in known_hosts"),
            _ => Refuse($"the authority of the {shown} is not in known_hosts"),
        };
    }

    private GitOpsException Refuse(string why) => new(GitReasons.HostKeyRefused, $"{address.Display}: {why}.");
}
