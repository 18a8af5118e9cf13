namespace GitOps.Yaml;

/// <summary>A text is not the YAML or JSON it should be, or goes over a limit.</summary>
public sealed class YamlException : GitOpsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="reason">A stable reason.</param>
    /// <param name="problem">What is wrong, without the place.</param>
    /// <param name="location">Where it is wrong.</param>
    /// <param name="innerException">What caused it.</param>
    public YamlException(string reason, string problem, SourceLocation location, Exception? innerException = null)
        : base(reason, location is { File.Length: 0, Line: 0 } ? problem : $"{location}: {problem}", innerException)
    {
        ArgumentNullException.ThrowIfNull(location);
        Problem = problem;
        Location = location;
    }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }

    /// <summary>What go-yaml says of it, with the line it prints; Helm's fromYaml gives this text to templates. Null when it is not known to differ.</summary>
    internal string? GoMessage { get; init; }
}
