using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace GitOps.Integration.Tests.Connections;

/// <summary>An HTTPS server that answers with what it saw of the caller: headers, client certificate, name.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly LoopbackServer _server;
    private readonly X509Certificate2 _certificate;

    private EchoServer(LoopbackServer server, X509Certificate2 certificate) => (_server, _certificate) = (server, certificate);

    public int Port => _server.Url.Port;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{Port}");

    public string AuthorityPem => _certificate.ExportCertificatePem();

    public string AuthorityData => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(AuthorityPem));

    /// <summary>Which tokens are refused with 401.</summary>
    public HashSet<string> RefusedTokens { get; } = new(StringComparer.Ordinal);

    public static async Task<EchoServer> StartAsync(CancellationToken cancellationToken)
    {
        var certificate = NewCertificate("echo", server: true).Load();
        EchoServer? server = null;
        var started = await LoopbackServer.StartAsync(
            context => server!.AnswerAsync(context),
            https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = static (_, _, _) => true;
            },
            cancellationToken);
        return server = new EchoServer(started, certificate);
    }

    /// <summary>A certificate of its own authority and its key, as PEM.</summary>
    public static Pem NewCertificate(string name, bool server = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (server)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            names.AddDnsName("kubernetes.default.svc");
            request.CertificateExtensions.Add(names.Build());
        }

        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return new Pem(made.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        context.Response.ContentType = "application/json";
        if (RefusedTokens.Contains(authorization.Replace("Bearer ", "", StringComparison.Ordinal)))
        {
            context.Response.StatusCode = 401;
            await context.Response.WriteAsync("""{"kind":"Status","message":"Unauthorized","reason":"Unauthorized","code":401}""");
            return;
        }

        var certificate = await context.Connection.GetClientCertificateAsync();
        await context.Response.WriteAsync($$"""
            {"authorization":"{{authorization}}","certificate":"{{certificate?.Subject}}","host":"{{context.Request.Host}}","protocol":"{{context.Request.Protocol}}",
             "user":"{{context.Request.Headers["Impersonate-User"]}}","groups":"{{context.Request.Headers["Impersonate-Group"]}}","extra":"{{context.Request.Headers["Impersonate-Extra-scopes"]}}"}
            """);
    }

    internal sealed record Pem(string Certificate, string Key)
    {
        public X509Certificate2 Load()
        {
            using var pem = X509Certificate2.CreateFromPem(Certificate, Key);
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        }
    }
}
