using System.Text.RegularExpressions;

namespace GitOps;

/// <summary>What every unit has in common, whatever renders it. Bindable from configuration.</summary>
public abstract class UnitOptions
{
    /// <summary>The name of the source that holds the unit's files. Required.</summary>
    public string? Source { get; set; }

    /// <summary>The directory or file inside the source.</summary>
    /// <value>The default value is <c>.</c>, the root of the source.</value>
    public string Path { get; set; } = ".";

    /// <summary>Names of units, of any kind, that must be ready first: at the same revision where they share the source.</summary>
    public IList<string> DependsOn { get; } = [];

    /// <summary>How often the unit is reconciled when nothing happens; drift is seen and corrected without waiting for it.</summary>
    /// <value>The default value is 10 minutes; at least one second.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long after a failure the unit is tried again, varied at random; the wait about doubles with each failure, up to <see cref="Interval"/>.</summary>
    /// <value>The default value is 15 seconds; at least 100 milliseconds.</value>
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long rendering and applying together, and then the wait for health, may each take.</summary>
    /// <value>The default value is 5 minutes; at least one second.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether objects that left the source are deleted from the cluster.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool Prune { get; set; } = true;

    /// <summary>Whether the unit is ready only when its objects are healthy.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool Wait { get; set; } = true;

    /// <summary>Whether the unit starts suspended.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool Suspend { get; set; }

    /// <summary>Consent to go from some objects to none.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool AllowEmpty { get; set; }

    /// <summary>Whether an object may be deleted and made anew when an immutable field changed.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool Force { get; set; }

    /// <summary>The service account to act as, <c>namespace/name</c>; empty for the host's own identity.</summary>
    public string? ServiceAccount { get; set; }

    /// <summary>
    /// The group of units that elects its own leader where several hosts do; empty for the group of all units that name none.
    /// Units that depend on each other belong to one group.
    /// </summary>
    public string? LeaseGroup { get; set; }

    /// <summary>The namespace for namespaced objects that name none.</summary>
    public string? TargetNamespace { get; set; }

    /// <summary>What happens when somebody changes the unit's objects.</summary>
    /// <value>The default value is <see cref="DriftPolicy.Correct"/>.</value>
    public DriftPolicy Drift { get; set; } = DriftPolicy.Correct;

    /// <summary>Fields to leave alone.</summary>
    public IList<IgnoreRuleOptions> Ignore { get; } = [];

    /// <summary>Finds mistakes in the options that can be told without looking at other units.</summary>
    /// <returns>Each mistake, as a sentence that says what to do.</returns>
    public virtual IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Source))
        {
            yield return "Source is missing: name the source that holds the unit's files.";
        }

        if (!TreePath.Root.TryCombine(Path, out _))
        {
            yield return $"Path '{Path}' is not inside the source: it must be relative and must not leave the source.";
        }

        if (Interval < TimeSpan.FromSeconds(1))
        {
            yield return $"Interval is {Interval}: it must be at least one second.";
        }

        if (RetryInterval < TimeSpan.FromMilliseconds(100))
        {
            yield return $"RetryInterval is {RetryInterval}: it must be at least 100 milliseconds.";
        }

        if (Timeout < TimeSpan.FromSeconds(1))
        {
            yield return $"Timeout is {Timeout}: it must be at least one second.";
        }

        foreach (var error in Ignore.SelectMany(ValidateIgnore))
        {
            yield return error;
        }

        if (LeaseGroup is { Length: > 0 } group && (group.Length > 63 || !group.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-') || group[0] == '-' || group[^1] == '-'))
        {
            yield return $"LeaseGroup '{group}': a group has at most 63 lower-case letters, digits or '-', and starts and ends with a letter or digit.";
        }

        if (ServiceAccount is { Length: > 0 } account && (account.Split('/') is not { Length: 2 } parts || parts.Any(p => p.Length == 0)))
        {
            yield return $"ServiceAccount '{account}' is not of the form namespace/name.";
        }
    }

    private static IEnumerable<string> ValidateIgnore(IgnoreRuleOptions rule)
    {
        if (rule.Paths.Count == 0)
        {
            yield return "An Ignore rule has no Paths: name the fields as JSON pointers.";
        }

        foreach (var path in rule.Paths.Where(p => p.Length > 0 && p[0] != '/'))
        {
            yield return $"The Ignore path '{path}' is not a JSON pointer: it must start with '/'.";
        }

        foreach (var pattern in new[] { rule.Group, rule.Kind, rule.Namespace, rule.Name })
        {
            if (pattern is { Length: > 0 } && !IsPattern(pattern))
            {
                yield return $"The Ignore pattern '{pattern}' is not a regular expression.";
            }
        }
    }

    private static bool IsPattern(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
