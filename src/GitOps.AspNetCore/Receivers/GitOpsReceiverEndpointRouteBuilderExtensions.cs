using System.Security.Cryptography;
using System.Text;
using GitOps;
using GitOps.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps receivers: webhooks by which a Git host says that somebody pushed.</summary>
public static partial class GitOpsReceiverEndpointRouteBuilderExtensions
{
    private const int MaxBody = 1024 * 1024;

    /// <summary>
    /// Maps a receiver. A call that proves itself is answered with 202 and makes the engine look at the sources at once;
    /// any other is answered with 401, a body over 1 MiB with 413. What the body says is not trusted: it only triggers a look.
    /// </summary>
    /// <param name="endpoints">The host's endpoints.</param>
    /// <param name="pattern">The path, for instance <c>/hook/fleet</c>.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The endpoint.</returns>
    /// <exception cref="ArgumentException">The secret is empty, no source is named, or one that is not registered.</exception>
    public static IEndpointConventionBuilder MapGitOpsReceiver(this IEndpointRouteBuilder endpoints, string pattern, Action<ReceiverOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new ReceiverOptions();
        configure(options);
        if (options.Secret.Length == 0)
        {
            throw new ArgumentException($"The receiver at {pattern} has no Secret: without one anybody could call it.", nameof(configure));
        }

        if (options.Sources.Count == 0)
        {
            throw new ArgumentException($"The receiver at {pattern} names no Sources: say which to look at.", nameof(configure));
        }

        // Found here, when the host starts, and not when the first call comes in.
        var known = endpoints.ServiceProvider.GetServices<SourceRegistration>().Select(s => s.Name).Order(StringComparer.Ordinal).ToList();
        if (options.Sources.FirstOrDefault(s => !known.Contains(s, StringComparer.Ordinal)) is { } unknown)
        {
            throw new ArgumentException($"The receiver at {pattern} names the source '{unknown}', which is not registered; known are: {string.Join(", ", known)}.", nameof(configure));
        }

        return endpoints.MapPost(pattern, (HttpContext context, GitOpsEngine engine, ILogger<ReceiverOptions> logger) => ReceiveAsync(context, engine, options, logger));
    }

    private static async Task<IResult> ReceiveAsync(HttpContext context, GitOpsEngine engine, ReceiverOptions options, ILogger logger)
    {
        if (await ReadBodyAsync(context.Request, context.RequestAborted).ConfigureAwait(false) is not { } body)
        {
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        }

        if (!IsGenuine(context.Request, body, options))
        {
            Refused(logger, context.Request.Path.Value ?? "");
            return Results.Unauthorized();
        }

        if (options.Type == ReceiverType.GitHub && context.Request.Headers["X-GitHub-Event"].ToString() is { Length: > 0 } and not "push" and not "ping" and not "create")
        {
            return Results.Accepted();
        }

        foreach (var source in options.Sources)
        {
            engine.RequestPoll(source);
        }

        return Results.Accepted();
    }

    private static bool IsGenuine(HttpRequest request, byte[] body, ReceiverOptions options)
    {
        var secret = Encoding.UTF8.GetBytes(options.Secret);
        return options.Type switch
        {
            ReceiverType.GitLab => CryptographicOperations.FixedTimeEquals(secret, Encoding.UTF8.GetBytes(request.Headers["X-Gitlab-Token"].ToString())),
            ReceiverType.GitHub => IsSigned(request.Headers["X-Hub-Signature-256"].ToString(), body, secret),
            _ => IsSigned(request.Headers["X-Signature"].ToString(), body, secret),
        };
    }

    private static bool IsSigned(string header, byte[] body, byte[] secret)
    {
        var separator = header.IndexOf('=', StringComparison.Ordinal);
        if (separator < 0)
        {
            return false;
        }

        var expected = header[..separator] switch
        {
            "sha256" => HMACSHA256.HashData(secret, body),
            "sha512" => HMACSHA512.HashData(secret, body),
            _ => null,
        };
        return expected is not null
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(expected)), Encoding.ASCII.GetBytes(header[(separator + 1)..].ToLowerInvariant()));
    }

    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > MaxBody)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    [LoggerMessage(EventId = 6001, EventName = "ReceiverCallRefused", Level = LogLevel.Warning, Message = "A call of {Path} was refused: its signature or token is missing or wrong")]
    private static partial void Refused(ILogger logger, string path);
}
