using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GitOps.Testing;

/// <summary>
/// A Kubernetes API server in memory: discovery, all verbs, watch, server-side apply with managed fields, CRDs.
/// Good for kubectl, for KubernetesClient and for tests of operators.
/// </summary>
/// <remarks>Listens on the loopback interface only. Any number may run side by side. Thread-safe.</remarks>
public sealed class InMemoryCluster : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ControllerHost? _controllers;
    private readonly X509Certificate2? _certificate;

    private InMemoryCluster(WebApplication app, ClusterState state, Uri url, string token, X509Certificate2? certificate, ControllerHost? controllers)
    {
        _app = app;
        _certificate = certificate;
        _controllers = controllers;
        State = state;
        Url = url;
        Token = token;
        Kubeconfig = KubeconfigText.Write(url, token, certificate);
    }

    /// <summary>Where the API server listens.</summary>
    public Uri Url { get; }

    /// <summary>The bearer token of the administrator.</summary>
    public string Token { get; }

    /// <summary>A kubeconfig for the administrator, as YAML.</summary>
    public string Kubeconfig { get; }

    /// <summary>Makes the server misbehave.</summary>
    public ClusterFaults Faults => State.Faults;

    internal ClusterState State { get; }

    /// <summary>Starts a cluster.</summary>
    /// <param name="options">How it behaves; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The running cluster; dispose it to stop it.</returns>
    public static async Task<InMemoryCluster> StartAsync(InMemoryClusterOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new InMemoryClusterOptions();
        var state = new ClusterState(options);
        var token = options.Token ?? RandomNumberGenerator.GetHexString(32, lowercase: true);
        state.Tokens.Add(token, new UserInfo("kubernetes-admin", ["system:masters", "system:authenticated"]));
        foreach (var (userToken, description) in options.Users)
        {
            var parts = description.Split(',', StringSplitOptions.TrimEntries);
            state.Tokens.Add(userToken, new UserInfo(parts[0], [.. parts[1..], "system:authenticated"]));
        }

        foreach (var ns in (string[])["default", "kube-system", "kube-public", "kube-node-lease", .. options.Namespaces])
        {
            var root = new MapNode();
            root.Set("apiVersion", "v1");
            root.Set("kind", "Namespace");
            root.GetOrAddMap("metadata").Set("name", ns);
            state.Seed("", "v1", "namespaces", root);
        }

        var certificate = options.Https ? ServerCertificate.Make(options.TimeProvider) : null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4 * 1024 * 1024;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var app = builder.Build();
        var server = new ApiServer(state, options);
        app.Run(server.HandleAsync);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            certificate?.Dispose();
            throw;
        }

        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var port = new Uri(address).Port;
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"{(certificate is null ? "http" : "https")}://127.0.0.1:{port}"));
        var controllers = options.Controllers == ClusterControllers.None ? null : ControllerHost.Start(state, options);
        return new InMemoryCluster(app, state, url, token, certificate, controllers);
    }

    /// <summary>Stops the server and forgets everything.</summary>
    /// <returns>The stop.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_controllers is not null)
        {
            await _controllers.DisposeAsync().ConfigureAwait(false);
        }

        // Open watches would hold the shutdown up.
        Faults.DropWatches();
        using var hurry = new CancellationTokenSource();
        await hurry.CancelAsync().ConfigureAwait(false);
        await _app.StopAsync(hurry.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        Faults.Dispose();
        _certificate?.Dispose();
    }
}
