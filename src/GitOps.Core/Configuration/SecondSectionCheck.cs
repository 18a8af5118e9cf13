namespace GitOps.Configuration;

/// <summary>Says that the host gave <c>AddGitOps</c> two different sections, of which only one can be read.</summary>
internal sealed class SecondSectionCheck(string earlier, string later) : IConfigurationCheck
{
    public IEnumerable<string> Check() => [$"AddGitOps was given the sections '{earlier}' and '{later}': give it one section, as often as you like."];
}
