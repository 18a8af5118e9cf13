using System.Text.RegularExpressions;
using GitOps.Yaml;

namespace GitOps.Substitution;

/// <summary>Puts values where <c>${name}</c> stands in objects, as Flux does after a build.</summary>
/// <remarks>
/// Thread-safe. It works on an object's YAML text, so a value without quotes around it becomes a number or truth value when it looks like one.
/// An object with the label or annotation <c>kustomize.toolkit.fluxcd.io/substitute: disabled</c> is left alone.
/// </remarks>
public sealed partial class VariableSubstitution
{
    private const string SubstituteKey = "kustomize.toolkit.fluxcd.io/substitute";
    private static readonly YamlReaderOptions s_yaml = new() { DuplicateKeys = DuplicateKeys.LastWins };

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly bool _strict;

    /// <summary>Makes a substitution.</summary>
    /// <param name="values">Names and values; line breaks are taken out of values.</param>
    /// <param name="strict">Whether a name that has neither a value nor a default is an error.</param>
    /// <exception cref="GitOpsException">A name is not one that a shell would take.</exception>
    public VariableSubstitution(IReadOnlyDictionary<string, string> values, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var (name, value) in values)
        {
            if (!NamePattern().IsMatch(name))
            {
                throw new GitOpsException(Reasons.BuildFailed, $"'{name}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'");
            }

            _values[name] = value.Replace("\n", "", StringComparison.Ordinal);
        }

        _strict = strict;
    }

    /// <summary>Expands a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text with values in place.</returns>
    /// <exception cref="GitOpsException">A substitution is malformed, or a name has neither a value nor a default.</exception>
    public string Expand(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EnvSubst.Expand(text, name => _values.GetValueOrDefault(name), _strict);
    }

    /// <summary>Expands an object.</summary>
    /// <param name="root">The object; it is not changed.</param>
    /// <param name="origin">Where it comes from, for messages.</param>
    /// <returns>The object with values in place; the given one when there is nothing to do.</returns>
    /// <exception cref="GitOpsException">A substitution is malformed, a name has neither a value nor a default, or the result is no YAML object.</exception>
    public MapNode Apply(MapNode root, SourceLocation? origin = null)
    {
        ArgumentNullException.ThrowIfNull(root);
        var metadata = root.GetMap("metadata");
        if (metadata?.GetMap("labels")?.GetString(SubstituteKey) == "disabled" || metadata?.GetMap("annotations")?.GetString(SubstituteKey) == "disabled")
        {
            return root;
        }

        var text = YamlWriter.Write(root);
        if (!text.Contains("${", StringComparison.Ordinal) && !text.Contains("$$", StringComparison.Ordinal))
        {
            return root;
        }

        var what = $"{root.GetString("kind")}/{metadata?.GetString("name")}";
        try
        {
            var document = YamlReader.ReadFirst(Expand(text), "", s_yaml);
            return document as MapNode ?? throw new GitOpsException(Reasons.BuildFailed, "the result is not an object");
        }
        catch (GitOpsException e)
        {
            throw new GitOpsException(e.Reason, $"{(origin is null ? "" : $"{origin}: ")}substituting variables in {what}: {e.Message}", e) { Location = origin };
        }
    }

    [GeneratedRegex(@"^[_a-zA-Z][_a-zA-Z0-9]*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
