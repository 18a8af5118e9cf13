namespace GitOps.Testing;

/// <summary>Who makes a request.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Groups">The groups the user is in.</param>
/// <param name="Uid">The user's id; empty when unknown.</param>
internal sealed record UserInfo(string Name, IReadOnlyList<string> Groups, string Uid = "")
{
    public bool IsMaster => Groups.Contains("system:masters", StringComparer.Ordinal);
}
