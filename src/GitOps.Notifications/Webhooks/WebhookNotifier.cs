using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using GitOps.Limits;

namespace GitOps.Notifications;

/// <summary>Posts transitions as JSON to a webhook, signed when it has a secret.</summary>
/// <remarks>Thread-safe. An answer other than 2xx is an error, so that the engine tries again.</remarks>
public sealed class WebhookNotifier : INotifier
{
    /// <summary>The header that holds the signature.</summary>
    public const string SignatureHeader = "X-Signature";

    /// <summary>The header that holds <see cref="GitOpsEvent.Id"/>; a receiver that sees it twice may drop the second.</summary>
    public const string EventIdHeader = "X-GitOps-Event-Id";

    private const int MostSecretBytes = 64 * 1024;

    private readonly WebhookOptions _options;
    private readonly Func<HttpClient> _client;

    /// <summary>Makes the notifier.</summary>
    /// <param name="options">The options.</param>
    /// <param name="client">Gives a client for one request.</param>
    /// <param name="name">The webhook's name.</param>
    public WebhookNotifier(WebhookOptions options, Func<HttpClient> client, string name = "webhook")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(client);
        _options = options;
        _client = client;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    /// <exception cref="GitOpsException">The receiver could not be reached or refused the event; the message names only its host.</exception>
    public async ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gitOpsEvent);
        if (gitOpsEvent.Severity < _options.Severity || (_options.Units.Count > 0 && !_options.Units.Contains(gitOpsEvent.Unit ?? "")))
        {
            return;
        }

        var body = EventJson.Write(gitOpsEvent);
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(EventIdHeader, gitOpsEvent.Id.ToString("D"));
        foreach (var (name, value) in _options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (await SecretAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } secret)
        {
            request.Headers.Add(SignatureHeader, $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(secret, body.Span))}");
        }

        using var client = _client();
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw new GitOpsException("NotificationRefused", $"The webhook at {_options.Url!.Host} answered {(int)response.StatusCode}.");
            }
        }
        catch (HttpRequestException e)
        {
            throw new GitOpsException("NotificationFailed", $"The webhook at {_options.Url!.Host} could not be reached: {e.Message}", e);
        }
    }

    private async ValueTask<byte[]> SecretAsync(CancellationToken cancellationToken)
    {
        if (_options.Secret is { Length: > 0 } secret)
        {
            return Encoding.UTF8.GetBytes(secret);
        }

        return _options.SecretFile is { Length: > 0 } file
            ? Encoding.UTF8.GetBytes((await BoundedRead.TextAsync(file, MostSecretBytes, cancellationToken).ConfigureAwait(false)).TrimEnd('\r', '\n'))
            : [];
    }
}
