namespace GitOps.Git;

/// <summary>Who writes a commit.</summary>
/// <param name="Name">The name.</param>
/// <param name="Email">The mail address.</param>
public sealed record GitIdentity(string Name, string Email)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} <{Email}>";
}
