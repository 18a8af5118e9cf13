using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using GitOps.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace GitOps.Git.Tests.Servers;

/// <summary>Git's own HTTP server (<c>git http-backend</c>) behind Kestrel, with the faults a test asks for.</summary>
internal sealed class GitHttpServer : IAsyncDisposable
{
    private readonly string _root;
    private LoopbackServer? _server;
    private int _advertisements;
    private int _posts;
    private long _sent;

    private GitHttpServer(string root) => _root = root;

    public string Url { get; private set; } = "";

    public int Advertisements => Volatile.Read(ref _advertisements);

    public int Posts => Volatile.Read(ref _posts);

    /// <summary>How many bytes of bodies were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>The <c>Authorization</c> header that is asked for.</summary>
    public string? Authorization { get; set; }

    /// <summary>The last one that came.</summary>
    public string? LastAuthorization { get; private set; }

    public X509Certificate2? LastClientCertificate { get; private set; }

    /// <summary>Runs before a request is served; returning true means that it was answered.</summary>
    public Func<HttpContext, Task<bool>>? Intercept { get; set; }

    /// <summary>How many bytes of a body are sent before the connection is cut.</summary>
    public Func<HttpContext, long?>? CutAfter { get; set; }

    public static async Task<GitHttpServer> StartAsync(string root, X509Certificate2? certificate = null, bool wantsClientCertificate = false)
    {
        Assert.SkipUnless(Tools.HasGit, "git is not installed");
        var server = new GitHttpServer(root);
        server._server = await LoopbackServer.StartAsync(server.ServeAsync, certificate is null ? null : https =>
        {
            https.ServerCertificate = certificate;
            https.ClientCertificateMode = wantsClientCertificate ? ClientCertificateMode.AllowCertificate : ClientCertificateMode.NoCertificate;
            https.AllowAnyClientCertificate();
        });
        server.Url = server._server.Url.GetLeftPart(UriPartial.Authority);
        return server;
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task ServeAsync(HttpContext context)
    {
        LastAuthorization = context.Request.Headers.Authorization.ToString();
        LastClientCertificate = context.Connection.ClientCertificate;
        Interlocked.Increment(ref HttpMethods.IsGet(context.Request.Method) ? ref _advertisements : ref _posts);
        if (Intercept is { } intercept && await intercept(context))
        {
            return;
        }

        if (Authorization is not null && Authorization != LastAuthorization)
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=git";
            return;
        }

        await BackendAsync(context);
    }

    private async Task BackendAsync(HttpContext context)
    {
        var start = new ProcessStartInfo("git") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, ArgumentList = { "http-backend" } };
        start.Environment["GIT_PROJECT_ROOT"] = _root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_COUNT"] = "3";
        start.Environment["GIT_CONFIG_KEY_0"] = "safe.directory";
        start.Environment["GIT_CONFIG_VALUE_0"] = "*";
        start.Environment["GIT_CONFIG_KEY_1"] = "http.receivepack";
        start.Environment["GIT_CONFIG_VALUE_1"] = "true";
        start.Environment["GIT_CONFIG_KEY_2"] = "receive.autogc";
        start.Environment["GIT_CONFIG_VALUE_2"] = "false";
        start.Environment["REQUEST_METHOD"] = context.Request.Method;
        start.Environment["PATH_INFO"] = context.Request.Path.Value;
        start.Environment["QUERY_STRING"] = context.Request.QueryString.Value?.TrimStart('?');
        start.Environment["CONTENT_TYPE"] = context.Request.ContentType;
        start.Environment["REMOTE_USER"] = "tester";
        start.Environment["REMOTE_ADDR"] = "127.0.0.1";
        if (context.Request.ContentLength is { } length)
        {
            start.Environment["CONTENT_LENGTH"] = length.ToString(CultureInfo.InvariantCulture);
        }

        using var process = Process.Start(start)!;

        // git http-backend spins for ever when less of a body comes than was announced.
        await using var aborted = context.RequestAborted.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync();
        var send = Task.Run(async () =>
        {
            try
            {
                await context.Request.Body.CopyToAsync(process.StandardInput.BaseStream);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // The backend answered without reading all.
            }
        });
        var output = process.StandardOutput.BaseStream;
        foreach (var line in await ReadHeadersAsync(output))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            if (name == "Status")
            {
                context.Response.StatusCode = int.Parse(value.AsSpan(0, 3), CultureInfo.InvariantCulture);
            }
            else
            {
                context.Response.Headers[name] = value;
            }
        }

        try
        {
            await CopyAsync(context, output);
        }
        finally
        {
            if (!process.HasExited)
            {
                output.Close();
                await send;
                await process.WaitForExitAsync();
            }

            await errors;
        }
    }

    private async Task CopyAsync(HttpContext context, Stream output)
    {
        var left = CutAfter?.Invoke(context) ?? long.MaxValue;
        var buffer = new byte[32 * 1024];
        while (await output.ReadAsync(buffer) is var read and > 0)
        {
            var count = (int)Math.Min(read, left);
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, count));
            Interlocked.Add(ref _sent, count);
            left -= count;
            if (left <= 0)
            {
                await context.Response.Body.FlushAsync();
                context.Abort();
                return;
            }
        }
    }

    private static async Task<List<string>> ReadHeadersAsync(Stream stream)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n')
            {
                if (line.Length == 0)
                {
                    break;
                }

                lines.Add(line.ToString());
                line.Clear();
            }
            else if (one[0] != '\r')
            {
                line.Append((char)one[0]);
            }
        }

        return lines;
    }
}
