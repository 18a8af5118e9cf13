using GitOps;
using GitOps.Notifications;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the notifiers of this package to the engine.</summary>
public static class GitOpsNotificationsBuilderExtensions
{
    private const string Subsection = "Notifications:Webhooks";

    private static readonly SettingsSchema Schema = SettingsSchema.Of<WebhookOptions>();

    /// <summary>Adds the webhooks of the configuration section <c>Notifications:Webhooks</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddNotifications(this IGitOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.TryAddSubsection(Subsection, static (b, name) => b.AddWebhook(name));
        return builder;
    }

    /// <summary>Adds a webhook.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The webhook's name, for messages.</param>
    /// <param name="configure">Sets the options; those of the configuration section <c>Notifications:Webhooks:{name}</c> come first.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddWebhook(this IGitOpsBuilder builder, string name, Action<WebhookOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        builder.AddNotifications();
        builder.AddNamedOptions(name, Subsection, Schema, static (section, options) => section.Bind(options), configure);

        // A webhook that stands in the configuration and in code is one webhook, told of each event once.
        var known = builder.Services.Select(s => s.ImplementationInstance).OfType<WebhookRegistration>().FirstOrDefault(w => string.Equals(w.Name, name, StringComparison.Ordinal));
        if (known is not null)
        {
            known.CodeCalls += builder.IsFromConfiguration() ? 0 : 1;
            return builder;
        }

        var registration = new WebhookRegistration(name) { CodeCalls = builder.IsFromConfiguration() ? 0 : 1 };
        builder.Services.AddSingleton(registration);
        var client = $"GitOps.Webhook.{name}";

        // A redirect would carry the signed body to a place that nobody configured.
        builder.Services.AddHttpClient(client).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        builder.Services.AddSingleton<IConfigurationCheck>(services => new WebhookCheck(registration, services.GetRequiredService<IOptionsMonitor<WebhookOptions>>()));
        builder.Services.AddSingleton<INotifier>(services => new WebhookNotifier(
            services.GetRequiredService<IOptionsMonitor<WebhookOptions>>().Get(name),
            () => services.GetRequiredService<IHttpClientFactory>().CreateClient(client),
            $"webhook:{name}"));
        return builder;
    }

    private sealed class WebhookRegistration(string name)
    {
        public string Name { get; } = name;

        public int CodeCalls { get; set; }
    }

    private sealed class WebhookCheck(WebhookRegistration webhook, IOptionsMonitor<WebhookOptions> options) : IConfigurationCheck
    {
        public IEnumerable<string> Check() =>
            options.Get(webhook.Name).Validate().Select(e => $"Webhook '{webhook.Name}': {e}")
                .Concat(webhook.CodeCalls > 1 ? [$"Webhook '{webhook.Name}' is registered {webhook.CodeCalls} times in code: names must be unique."] : []);
    }
}
