using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace GitOps.Helm.Tests.Repositories;

/// <summary>A chart repository on the loopback interface.</summary>
internal sealed class RepositoryServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RepositoryServer(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, RequestDelegate> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The Authorization header of each request, by path.</summary>
    public ConcurrentDictionary<string, string> Authorizations { get; } = new(StringComparer.Ordinal);

    /// <summary>How often each path was asked for.</summary>
    public ConcurrentDictionary<string, int> Requests { get; } = new(StringComparer.Ordinal);

    public Uri Url => new(_app.Urls.First());

    public static async Task<RepositoryServer> StartAsync(X509Certificate2? certificate = null, bool askForClientCertificate = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.ClientCertificateMode = askForClientCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
                    https.ClientCertificateValidation = (_, _, _) => true;
                });
            }
        }));
        var server = new RepositoryServer(builder.Build());
        server._app.Run(server.ServeAsync);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public void Serve(string path, string text) => Serve(path, System.Text.Encoding.UTF8.GetBytes(text));

    public void Serve(string path, byte[] content) => Files[path] = context => context.Response.Body.WriteAsync(content).AsTask();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Requests.AddOrUpdate(path, 1, static (_, n) => n + 1);
        Authorizations[path] = context.Request.Headers.Authorization.ToString();
        if (Files.TryGetValue(path, out var serve))
        {
            return serve(context);
        }

        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
