using System.Net;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>The functions Helm binds to a rendering: templates within templates, deliberate failure, the cluster and DNS.</summary>
internal static class FlowFunctions
{
    /// <summary>Marks the part of an error that the chart's author wrote; Helm shows that part alone.</summary>
    internal const string WarningStart = "HELM_ERR_START";

    /// <summary>The end of that part.</summary>
    internal const string WarningEnd = "HELM_ERR_END";

    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = new()
    {
        { "include", [GoType.String, GoType.Any], static (x, a) => x.Include((string)a[0]!, a[1]) },
        { "tpl", [GoType.String, GoType.Any], static (x, a) => RunText(x, (string)a[0]!, a[1]) },
        { "required", [GoType.String, GoType.Any], static (x, a) => Required(Host(x), (string)a[0]!, a[1]) },
        { "fail", [GoType.String], static (x, a) => Host(x).LintMode ? string.Empty : throw new FunctionException(WarningStart + (string)a[0]! + WarningEnd) },
        { "lookup", [GoType.String, GoType.String, GoType.String, GoType.String], static (x, a) => Lookup(x, new LookupRequest((string)a[0]!, (string)a[1]!, (string)a[2]!, (string)a[3]!)) },
        { "getHostByName", [GoType.String], static (x, a) => Host(x).EnableDns ? Resolve((string)a[0]!) : string.Empty },
    };

    private static HelmFunctionHost Host(Execution execution) => execution.Options.Host as HelmFunctionHost ?? HelmFunctionHost.Offline;

    private static string RunText(Execution execution, string text, object? data)
    {
        TemplateException failure;
        try
        {
            // Helm takes out what Go prints for a missing value, here as in the whole output.
            return execution.RunText(text, data).Replace("<no value>", string.Empty, StringComparison.Ordinal);
        }
        catch (TemplateException e)
        {
            failure = e;
        }

        var what = failure.IsParseError ? "cannot parse template " : "error during tpl function execution for ";
        throw new FunctionException(what + GoQuote.Quote(text) + ": " + failure.Message, failure);
    }

    private static object? Required(HelmFunctionHost host, string warning, object? value)
    {
        if (value is not null and not string { Length: 0 })
            return value;
        return host.LintMode ? string.Empty : throw new FunctionException(WarningStart + warning + WarningEnd);
    }

    private static Dictionary<string, object?> Lookup(Execution execution, LookupRequest request)
    {
        try
        {
            return Host(execution).Lookup?.Invoke(request, execution.CancellationToken) ?? new Dictionary<string, object?>(StringComparer.Ordinal);
        }
        catch (GitOpsException e)
        {
            // So that the message says where in the chart the look-up stands.
            throw new FunctionException(e.Message, e);
        }
    }

    private static string Resolve(string name)
    {
        try
        {
            return Dns.GetHostAddresses(name) is { Length: > 0 } addresses ? addresses[0].ToString() : throw new FunctionException("invalid argument to Intn");
        }
        catch (System.Net.Sockets.SocketException e)
        {
            throw new FunctionException("lookup " + name + ": " + e.Message, e);
        }
    }
}
