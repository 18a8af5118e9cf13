using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using GitOps.Git;
using GitOps.Helm;
using GitOps.Kubernetes;
using GitOps.Kustomize;
using GitOps.Notifications;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GitOps.Integration.Tests.Configuration;

/// <summary>Every option can be set in appsettings.json, and docs/configuration.md names every one.</summary>
public sealed partial class ConfigurationTests
{
    /// <summary>The sections, and the options that are bound to what stands in them under the name <c>x</c>, or directly.</summary>
    public static TheoryData<string, Type> Sections => new()
    {
        { "", typeof(GitOpsOptions) },
        { "DirectorySources:x", typeof(DirectorySourceOptions) },
        { "GitSources:x", typeof(GitSourceOptions) },
        { "Manifests:x", typeof(ManifestsOptions) },
        { "Kustomizations:x", typeof(KustomizationOptions) },
        { "HelmReleases:x", typeof(HelmReleaseOptions) },
        { "HelmRepositories:x", typeof(HelmRepositorySourceOptions) },
        { "Kubernetes", typeof(KubernetesOptions) },
        { "Notifications:Webhooks:x", typeof(WebhookOptions) },
    };

    [Theory]
    [MemberData(nameof(Sections))]
    public void EveryProperty_SetInConfiguration_IsBound(string section, Type type)
    {
        var defaults = Activator.CreateInstance(type)!;
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        List<(string Path, Func<object, object?> Read)> properties = [];
        Collect(type, defaults, section, o => o, values, properties);
        using var services = Services(values);

        var options = Resolve(services, type, section.EndsWith(":x", StringComparison.Ordinal) ? "x" : Options.DefaultName);

        properties.Should().NotBeEmpty();
        foreach (var (path, read) in properties)
        {
            var bound = Text(read(options));
            bound.Should().NotBe(Text(Default(read, defaults)), $"{path} is set in the configuration");
        }
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public void EveryProperty_IsDocumented(string section, Type type)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "GitOps.Core.sln")))
        {
            root = root.Parent;
        }

        Assert.SkipWhen(root is null, "The tests do not run inside the repository.");
        var words = Word().Matches(File.ReadAllText(Path.Combine(root.FullName, "docs", "configuration.md"))).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);

        section.Split(':', StringSplitOptions.RemoveEmptyEntries).Where(s => s != "x").Concat(Names(type)).Except(words).Should().BeEmpty("docs/configuration.md names every setting");
    }

    private static IEnumerable<string> Names(Type type)
    {
        foreach (var property in Properties(type))
        {
            yield return property.Name;
            var inner = ElementType(property.PropertyType) ?? property.PropertyType;
            if (IsOptions(inner))
            {
                foreach (var name in Names(inner))
                {
                    yield return name;
                }
            }
        }
    }

    private static void Collect(Type type, object? defaults, string prefix, Func<object, object?> owner, Dictionary<string, string?> values, List<(string, Func<object, object?>)> properties)
    {
        foreach (var property in Properties(type))
        {
            var path = prefix.Length == 0 ? property.Name : $"{prefix}:{property.Name}";
            object? Read(object root) => owner(root) is { } o ? property.GetValue(o) : null;
            var element = ElementType(property.PropertyType);
            if (property.PropertyType.IsAssignableTo(typeof(IDictionary<string, string>)))
            {
                values[$"{path}:key"] = "value";
            }
            else if (element is not null && IsOptions(element))
            {
                Collect(element, null, $"{path}:0", root => (Read(root) as IEnumerable)?.Cast<object>().FirstOrDefault(), values, properties);
            }
            else if (element is not null)
            {
                values[$"{path}:0"] = "value";
            }
            else if (IsOptions(property.PropertyType))
            {
                Collect(property.PropertyType, defaults is null ? null : property.GetValue(defaults), path, Read, values, properties);
            }
            else
            {
                values[path] = Another(property.PropertyType, defaults is null ? null : property.GetValue(defaults));
            }

            properties.Add((path, Read));
        }
    }

    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0 && !p.PropertyType.IsAssignableTo(typeof(Delegate)) && (p.SetMethod is { IsPublic: true } || p.PropertyType.IsAssignableTo(typeof(IEnumerable))));

    /// <summary>A secret counts as one value: it has forms of its own (text, file, reference), which the Git package tests.</summary>
    private static bool IsOptions(Type type) =>
        type is { IsClass: true } && type != typeof(string) && type != typeof(Uri) && type != typeof(GitSecret) && type.Namespace!.StartsWith("GitOps", StringComparison.Ordinal);

    private static Type? ElementType(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is { } generic && (generic == typeof(IList<>) || generic == typeof(IReadOnlyList<>)) ? type.GenericTypeArguments[0] : null;

    private static string Another(Type type, object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(bool) ? (value is true ? "false" : "true")
            : type == typeof(TimeSpan) ? "00:07:07"
            : type == typeof(Uri) ? "https://example.com/value"
            : type.IsEnum ? Enum.GetNames(type).First(n => n != value?.ToString())
            : type == typeof(double) ? "0.25"
            : type.IsPrimitive ? "77"
            : "value";
    }

    private static object? Default(Func<object, object?> read, object defaults) => read(defaults);

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        IEnumerable items => string.Join(",", items.Cast<object>().Select(i => i.ToString())),
        _ => string.Format(CultureInfo.InvariantCulture, "{0}", value.GetType().Namespace!.StartsWith("GitOps", StringComparison.Ordinal) && value.GetType().IsClass ? string.Join(",", Properties(value.GetType()).Select(p => Text(p.GetValue(value)))) : value),
    };

    private static object Resolve(IServiceProvider services, Type type, string name)
    {
        var monitor = services.GetRequiredService(typeof(IOptionsMonitor<>).MakeGenericType(type));
        return monitor.GetType().GetMethod("Get")!.Invoke(monitor, [name])!;
    }

    private static ServiceProvider Services(Dictionary<string, string?> values)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        services.AddGitOps(new ConfigurationBuilder().AddInMemoryCollection(values).Build())
            .AddGit()
            .AddKustomize()
            .AddHelm()
            .AddNotifications()
            .UseKubernetes();
        foreach (var check in services.Where(s => s.ServiceType.IsGenericType && s.ServiceType.GetGenericTypeDefinition() == typeof(IValidateOptions<>)).ToList())
        {
            // Values that are only different need not be right.
            services.Remove(check);
        }

        return services.BuildServiceProvider();
    }

    [GeneratedRegex("[A-Za-z]+")]
    private static partial Regex Word();
}
