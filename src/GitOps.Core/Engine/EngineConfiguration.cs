using Microsoft.Extensions.Options;

namespace GitOps.Engine;

/// <summary>All registered sources and units, made and checked together, so that the user sees every mistake at once.</summary>
internal sealed class EngineConfiguration
{
    private EngineConfiguration(IReadOnlyDictionary<string, (SourceRegistration, SourceDefinition)> sources, IReadOnlyDictionary<string, (UnitRegistration, UnitDefinition)> units)
    {
        Sources = sources;
        Units = units;
    }

    public IReadOnlyDictionary<string, (SourceRegistration Registration, SourceDefinition Definition)> Sources { get; }

    public IReadOnlyDictionary<string, (UnitRegistration Registration, UnitDefinition Definition)> Units { get; }

    public static EngineConfiguration Create(GitOpsOptions options, IEnumerable<SourceRegistration> sources, IEnumerable<UnitRegistration> units, IEnumerable<string> otherErrors, IServiceProvider services)
    {
        var errors = new List<string>([.. options.Validate(), .. otherErrors]);
        var knownUnits = new Dictionary<string, (UnitRegistration, UnitDefinition)>(StringComparer.Ordinal);
        var unitNames = new HashSet<string>(StringComparer.Ordinal);
        var unitErrors = new List<string>();
        foreach (var group in units.GroupBy(u => u.Name, StringComparer.Ordinal))
        {
            CheckName("Unit", group.Key, [.. group.Select(u => (u.Kind, u.IsConfigured))], unitErrors);
            unitNames.Add(group.Key);
            if (TryCreate($"{group.First().Kind} '{group.Key}'", () => group.First().Create(services), unitErrors) is { } definition)
            {
                knownUnits.Add(group.Key, (group.First(), definition));
            }
        }

        var knownSources = new Dictionary<string, (SourceRegistration, SourceDefinition)>(StringComparer.Ordinal);
        var sourceNames = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in sources.Concat(knownUnits.Values.Select(u => u.Item2.OwnSource).OfType<SourceRegistration>()).GroupBy(s => s.Name, StringComparer.Ordinal))
        {
            CheckName("Source", group.Key, [.. group.Select(s => (s.Kind, s.IsConfigured))], errors);
            var where = $"Source '{group.Key}'";
            sourceNames.Add(group.Key);
            if (TryCreate(where, () => group.First().Create(services), errors) is not { } definition)
            {
                continue;
            }

            errors.AddRange(definition.Errors.Select(e => $"{where}: {e}"));
            if (definition.Interval < TimeSpan.FromSeconds(1))
            {
                errors.Add($"{where}: Interval is {definition.Interval}: it must be at least one second.");
            }

            if (definition.Timeout <= TimeSpan.Zero)
            {
                errors.Add($"{where}: Timeout is {definition.Timeout}: it must be longer than zero.");
            }

            knownSources.Add(group.Key, (group.First(), definition));
        }

        // Units come first because some bring a source of their own; people look for mistakes in the order of the pipeline.
        errors.AddRange(unitErrors);
        foreach (var (name, (registration, definition)) in knownUnits)
        {
            var where = $"{registration.Kind} '{name}'";
            errors.AddRange(definition.Options.Validate().Concat(definition.Errors).Select(e => $"{where}: {e}"));
            if (definition.SourceName is { Length: > 0 } source && !sourceNames.Contains(source))
            {
                errors.Add($"{where}: there is no source '{source}'{Suggest(source, sourceNames)}");
            }

            foreach (var dependency in definition.Options.DependsOn.Where(d => !unitNames.Contains(d)))
            {
                errors.Add($"{where}: it depends on '{dependency}', which is not a unit{Suggest(dependency, unitNames)}");
            }

            // Another host may lead the other group, and what that one sees of its units is not known here.
            foreach (var dependency in definition.Options.DependsOn.Where(d => knownUnits.TryGetValue(d, out var other) && (other.Item2.Options.LeaseGroup ?? "") != (definition.Options.LeaseGroup ?? "")))
            {
                errors.Add($"{where}: it depends on '{dependency}' of another LeaseGroup: give both the same.");
            }
        }

        var graph = knownUnits.ToDictionary(u => u.Key, IReadOnlyList<string> (u) => [.. u.Value.Item2.Options.DependsOn.Where(knownUnits.ContainsKey)], StringComparer.Ordinal);
        errors.AddRange(DependencyGraph.FindCycles(graph).Select(c => $"Units depend on each other in a cycle: {string.Join(" -> ", c)}. Remove one of these dependencies."));

        return errors.Count > 0 ? throw new GitOpsConfigurationException(errors) : new EngineConfiguration(knownSources, knownUnits);
    }

    // A host may check options with rules of its own; what they refuse is one mistake among others.
    private static T? TryCreate<T>(string where, Func<T> create, List<string> errors)
        where T : class
    {
        try
        {
            return create();
        }
        catch (OptionsValidationException e)
        {
            errors.AddRange(e.Failures.Select(f => $"{where}: {f}"));
            return null;
        }
    }

    private static void CheckName(string what, string name, IReadOnlyList<(string Kind, bool IsConfigured)> registrations, List<string> errors)
    {
        // The same name in configuration and code is one thing that the code refines; two of the same in code are a mistake of copying.
        var kinds = registrations.Select(r => r.Kind).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (kinds.Count > 1)
        {
            errors.Add($"{what} '{name}' is registered as {string.Join(" and as ", kinds)}: names must be unique.");
        }
        else if (registrations.Count(r => !r.IsConfigured) is > 1 and var count)
        {
            errors.Add($"{what} '{name}' is registered {count} times in code: names must be unique.");
        }

        if (name.Length is 0 or > 63 || !name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.') || name[0] is '-' or '.' || name[^1] is '-' or '.')
        {
            errors.Add($"{what} '{name}': a name has 1 to 63 lower-case letters, digits, '-' or '.', and starts and ends with a letter or digit.");
        }
    }

    private static string Suggest(string wanted, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? "; none is registered." : $"; known are: {string.Join(", ", names.Take(10))}{(names.Count > 10 ? ", ..." : ".")}";
    }
}
