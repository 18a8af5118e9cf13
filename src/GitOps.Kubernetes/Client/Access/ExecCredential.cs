namespace GitOps.Kubernetes.Client.Access;

/// <summary>What a credentials program handed out.</summary>
internal sealed record ExecCredential(string? Token, string? CertificatePem, string? KeyPem, DateTimeOffset? Expires)
{
    public override string ToString() => $"expires {Expires:u}";
}
