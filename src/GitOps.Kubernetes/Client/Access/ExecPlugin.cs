using System.Diagnostics;
using System.Text;
using GitOps.Json;

namespace GitOps.Kubernetes.Client.Access;

/// <summary>A program that hands out credentials, as <c>exec</c> of a kubeconfig names it (client.authentication.k8s.io).</summary>
internal sealed record ExecPlugin(string Command, string ApiVersion)
{
    private const int MaximumOutput = 1024 * 1024;
    private const int MaximumComplaint = 500;

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    public string? InstallHint { get; init; }

    /// <summary>What the program is told about the cluster; <see langword="null"/> when it does not ask.</summary>
    public MapNode? ClusterInfo { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Runs the program.</summary>
    /// <exception cref="CredentialsException">It cannot be run, fails, or hands out nothing of use.</exception>
    public async Task<ExecCredential> RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Command) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = Info();
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            throw new CredentialsException($"the credentials program '{Command}' cannot be started: {e.Message}{(InstallHint is null ? "" : $". {InstallHint.Trim()}")}", e);
        }

        using var limit = new CancellationTokenSource(Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // Nobody is there to answer questions.
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput, MaximumOutput, linked.Token);
            var complaint = ReadAsync(process.StandardError, MaximumComplaint, linked.Token);
            await process.WaitForExitAsync(linked.Token).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw new CredentialsException($"the credentials program '{Command}' failed with code {process.ExitCode}{Told(await complaint.ConfigureAwait(false))}");
            }

            await complaint.ConfigureAwait(false);
            return Parse(await output.ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CredentialsException($"the credentials program '{Command}' did not end within {Timeout.TotalSeconds:0} seconds");
        }
        finally
        {
            Stop(process);
        }
    }

    private static string Told(string complaint) => complaint.Trim() is { Length: > 0 } text ? $": {text}" : "";

    private static void Stop(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    // What goes beyond the limit is read and dropped, so that the program does not block on a full pipe.
    private static async Task<string> ReadAsync(StreamReader reader, int limit, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            text.Append(buffer, 0, Math.Min(read, limit - text.Length));
        }

        return text.ToString();
    }

    private string Info()
    {
        var info = new MapNode();
        info.Set("kind", "ExecCredential");
        info.Set("apiVersion", ApiVersion);
        var spec = info.GetOrAddMap("spec");
        spec.Set("interactive", ScalarNode.Boolean(false));
        if (ClusterInfo is not null)
        {
            spec.Set("cluster", ClusterInfo.DeepClone());
        }

        return JsonTreeWriter.WriteText(info);
    }

    private ExecCredential Parse(string output)
    {
        MapNode answer;
        try
        {
            answer = JsonTreeReader.ReadMap(Encoding.UTF8.GetBytes(output));
        }
        catch (GitOpsException)
        {
            // The text may hold a credential, so it is not shown.
            throw new CredentialsException($"the credentials program '{Command}' did not print an ExecCredential as JSON");
        }

        if (answer.GetString("kind") != "ExecCredential" || answer.GetString("apiVersion") != ApiVersion)
        {
            throw new CredentialsException($"the credentials program '{Command}' printed {answer.GetString("kind")} {answer.GetString("apiVersion")} where ExecCredential {ApiVersion} is configured");
        }

        var status = answer.GetMap("status");
        var (token, certificate, key) = (status?.GetString("token"), status?.GetString("clientCertificateData"), status?.GetString("clientKeyData"));
        if (string.IsNullOrEmpty(token) && (string.IsNullOrEmpty(certificate) || string.IsNullOrEmpty(key)))
        {
            throw new CredentialsException($"the credentials program '{Command}' handed out neither a token nor a certificate with its key");
        }

        DateTimeOffset? expires = null;
        if (status!.GetString("expirationTimestamp") is { Length: > 0 } text)
        {
            expires = DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var at)
                ? at
                : throw new CredentialsException($"the credentials program '{Command}' named an expiration that is no time");
        }

        return new ExecCredential(token, certificate, key, expires);
    }
}
