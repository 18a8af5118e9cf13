using Microsoft.Extensions.Configuration;

namespace GitOps;

/// <summary>The configuration section that <c>AddGitOps</c> was given; packages find their own subsections in it.</summary>
/// <param name="Section">The section; empty when the host configures in code only.</param>
public sealed record GitOpsConfiguration(IConfiguration Section)
{
    /// <summary>That of a host that configures in code only.</summary>
    internal static GitOpsConfiguration None { get; } = new(new ConfigurationBuilder().Build());

    /// <summary>The named items of a subsection: <c>Kustomizations:apps</c> gives <c>apps</c>.</summary>
    /// <param name="subsection">The subsection's name.</param>
    /// <returns>Each item's name and section, in ordinal order.</returns>
    public IEnumerable<(string Name, IConfigurationSection Section)> Items(string subsection) =>
        Section.GetSection(subsection).GetChildren().OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key, c));
}
