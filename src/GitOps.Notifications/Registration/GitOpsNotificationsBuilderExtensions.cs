using GitOps;
using GitOps.Notifications;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the notifiers of this package to the engine.</summary>
public static class GitOpsNotificationsBuilderExtensions
{
    private const string Subsection = "Notifications";

    /// <summary>Adds the webhooks of the configuration section <c>Notifications:Webhooks</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddNotifications(this IGitOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.TryAddSubsection(Subsection))
        {
            foreach (var webhook in builder.GetConfiguration().Section.GetSection(Subsection).GetSection("Webhooks").GetChildren())
            {
                builder.AddWebhook(webhook.Key, options => webhook.Bind(options));
            }
        }

        return builder;
    }

    /// <summary>Adds a webhook.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The webhook's name, for messages.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The builder.</returns>
    public static IGitOpsBuilder AddWebhook(this IGitOpsBuilder builder, string name, Action<WebhookOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        var client = $"GitOps.Webhook.{name}";

        // A redirect would carry the signed body to a place that nobody configured.
        builder.Services.AddHttpClient(client).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        builder.Services.AddOptions<WebhookOptions>(name).Configure(configure);
        builder.Services.AddSingleton<IConfigurationCheck>(services => new WebhookCheck(name, services.GetRequiredService<IOptionsMonitor<WebhookOptions>>()));
        builder.Services.AddSingleton<INotifier>(services => new WebhookNotifier(
            services.GetRequiredService<IOptionsMonitor<WebhookOptions>>().Get(name),
            () => services.GetRequiredService<IHttpClientFactory>().CreateClient(client),
            $"webhook:{name}"));
        return builder;
    }

    private sealed class WebhookCheck(string name, IOptionsMonitor<WebhookOptions> options) : IConfigurationCheck
    {
        public IEnumerable<string> Check() => options.Get(name).Validate().Select(e => $"Webhook '{name}': {e}");
    }
}
