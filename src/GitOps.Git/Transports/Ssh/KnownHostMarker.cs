namespace GitOps.Git;

internal enum KnownHostMarker
{
    None,
    Revoked,
    CertificateAuthority,
}
