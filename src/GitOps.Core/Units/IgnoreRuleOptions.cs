namespace GitOps;

/// <summary>Fields of some objects that a unit leaves alone; the bindable form of <see cref="IgnoreRule"/>.</summary>
public sealed class IgnoreRuleOptions
{
    /// <summary>JSON pointers (RFC 6901) of the fields, for instance <c>/spec/replicas</c>.</summary>
    public IList<string> Paths { get; } = [];

    /// <summary>An anchored regular expression on the group; empty for any.</summary>
    public string? Group { get; set; }

    /// <summary>An anchored regular expression on the kind; empty for any.</summary>
    public string? Kind { get; set; }

    /// <summary>An anchored regular expression on the namespace; empty for any.</summary>
    public string? Namespace { get; set; }

    /// <summary>An anchored regular expression on the name; empty for any.</summary>
    public string? Name { get; set; }

    internal IgnoreRule ToRule() => new([.. Paths]) { Group = Group, Kind = Kind, Namespace = Namespace, Name = Name };
}
