using System.Text;
using GitOps.Limits;
using GitOps.Yaml;
using k8s.Exceptions;

namespace GitOps.Kubernetes.Client.Access;

/// <summary>One kubeconfig or several that count as one: of two entries with one name the first wins. Paths are relative to the file that names them.</summary>
internal sealed class Kubeconfig
{
    private const int MostBytes = 16 * 1024 * 1024;

    private readonly List<(MapNode Root, string? Folder)> _files = [];

    /// <exception cref="KubeConfigException">A file is not valid.</exception>
    public static Kubeconfig Read(IEnumerable<string> paths)
    {
        var config = new Kubeconfig();
        foreach (var path in paths)
        {
            config.Add(BoundedRead.Text(path, MostBytes), path, Path.GetDirectoryName(Path.GetFullPath(path)));
        }

        return config;
    }

    /// <exception cref="KubeConfigException">The text is not valid.</exception>
    public static Kubeconfig Parse(string text)
    {
        var config = new Kubeconfig();
        config.Add(text, "", null);
        return config;
    }

    /// <summary>The access of a context.</summary>
    /// <param name="context">The context; <see langword="null"/> for the current one.</param>
    /// <exception cref="KubeConfigException">Something that the context needs is missing.</exception>
    public ClusterAccess Access(string? context)
    {
        context ??= _files.Select(f => f.Root.GetString("current-context")).FirstOrDefault(c => !string.IsNullOrEmpty(c));
        if (string.IsNullOrEmpty(context))
        {
            throw new KubeConfigException("it names no current-context: set one, or choose a context");
        }

        var (chosen, _) = Find("contexts", "context", context);
        var (cluster, clusterFolder) = Find("clusters", "cluster", chosen.GetString("cluster") ?? "");
        if (!Uri.TryCreate(cluster.GetString("server"), UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http"))
        {
            throw new KubeConfigException($"the cluster '{chosen.GetString("cluster")}' has no server of the form https://host:port");
        }

        // 0.0.0.0 is where a server listens, not where it can be reached.
        if (System.Net.IPAddress.TryParse(server.Host, out var address) && (address.Equals(System.Net.IPAddress.Any) || address.Equals(System.Net.IPAddress.IPv6Any)))
        {
            server = new UriBuilder(server) { Host = address.Equals(System.Net.IPAddress.Any) ? "127.0.0.1" : "[::1]" }.Uri;
        }

        var access = new ClusterAccess(server)
        {
            AuthorityPem = PemSource.Of(cluster.GetString("certificate-authority-data"), Full(cluster.GetString("certificate-authority"), clusterFolder))?.Read(),
            TlsServerName = Text(cluster, "tls-server-name"),
            SkipTlsVerify = cluster["insecure-skip-tls-verify"] is ScalarNode skip && skip.AsBoolean(),
            Proxy = Proxy(cluster),
            Namespace = Text(chosen, "namespace"),
        };
        if (access is { SkipTlsVerify: true, AuthorityPem: not null })
        {
            throw new KubeConfigException($"the cluster '{chosen.GetString("cluster")}' names a certificate authority and skips the verification: set one of them only");
        }

        return chosen.GetString("user") is { Length: > 0 } user ? WithUser(access, user, cluster) : access;
    }

    private void Add(string text, string file, string? folder)
    {
        try
        {
            _files.Add((YamlReader.Read(text, file) as MapNode ?? throw new KubeConfigException("it is not a map"), folder));
        }
        catch (GitOpsException e)
        {
            // The reader's own message may quote the text around the fault, which may be a credential: it is not the inner exception either.
#pragma warning disable MA0054
            throw new KubeConfigException($"it is not valid YAML{(e.Location is { } location ? $" ({location})" : "")}");
#pragma warning restore MA0054
        }
    }

    private ClusterAccess WithUser(ClusterAccess access, string name, MapNode cluster)
    {
        var (user, folder) = Find("users", "user", name);
        var provider = user.GetMap("auth-provider") is not null;
        if (user.GetList("as-groups") is { Count: > 1 })
        {
            // The server wants a header line for each group, and .NET sends one line with all of them, which would name another group.
            throw new KubeConfigException($"the user '{name}' acts with several groups (as-groups): one group only can be sent, so bind the role to one or to the user");
        }

        return access with
        {
            Token = Text(user, "token"),
            TokenFile = Full(user.GetString("tokenFile"), folder),
            Username = Text(user, "username"),
            Password = user.GetString("password"),
            Certificate = PemSource.Of(user.GetString("client-certificate-data"), Full(user.GetString("client-certificate"), folder)),
            Key = PemSource.Of(user.GetString("client-key-data"), Full(user.GetString("client-key"), folder)),
            ImpersonatedUser = Text(user, "as"),
            ImpersonatedGroups = Strings(user.GetList("as-groups")),
            ImpersonatedExtra = [.. (user.GetMap("as-user-extra") ?? new MapNode()).SelectMany(e => Strings(e.Value as ListNode).Select(v => KeyValuePair.Create(e.Key, v)))],
            Exec = user.GetMap("exec") is { } exec ? Plugin(exec, name, folder, access, cluster) : null,
            ProviderKubeconfig = provider ? Whole() : null,
        };
    }

    private static ExecPlugin Plugin(MapNode exec, string user, string? folder, ClusterAccess access, MapNode cluster)
    {
        if (Text(exec, "command") is not { } command || Text(exec, "apiVersion") is not { } apiVersion)
        {
            throw new KubeConfigException($"exec of the user '{user}' needs command and apiVersion");
        }

        if (exec.GetString("interactiveMode") == "Always")
        {
            throw new KubeConfigException($"exec of the user '{user}' wants to ask a person (interactiveMode: Always), and there is none here");
        }

        // A bare name is looked up on the path, anything else is relative to the kubeconfig.
        var program = command.Contains('/', StringComparison.Ordinal) || command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) ? Full(command, folder)! : command;
        return new ExecPlugin(program, apiVersion)
        {
            Arguments = Strings(exec.GetList("args")),
            Environment = [.. (exec.GetList("env") ?? []).OfType<MapNode>().Select(e => KeyValuePair.Create(e.GetString("name") ?? "", e.GetString("value") ?? "")).Where(e => e.Key.Length > 0)],
            InstallHint = Text(exec, "installHint"),
            ClusterInfo = exec["provideClusterInfo"] is ScalarNode provide && provide.AsBoolean() ? ClusterInfo(access, cluster) : null,
        };
    }

    private static MapNode ClusterInfo(ClusterAccess access, MapNode cluster)
    {
        var info = new MapNode();
        info.Set("server", access.Server.OriginalString);
        if (access.TlsServerName is { } name)
        {
            info.Set("tls-server-name", name);
        }

        if (access.SkipTlsVerify)
        {
            info.Set("insecure-skip-tls-verify", ScalarNode.Boolean(true));
        }

        if (access.AuthorityPem is { } pem)
        {
            info.Set("certificate-authority-data", Convert.ToBase64String(Encoding.UTF8.GetBytes(pem)));
        }

        if (access.Proxy is { } proxy)
        {
            info.Set("proxy-url", proxy.OriginalString);
        }

        var extension = (cluster.GetList("extensions") ?? []).OfType<MapNode>().FirstOrDefault(e => e.GetString("name") == "client.authentication.k8s.io/exec");
        if (extension?["extension"] is { } config)
        {
            info.Set("config", config.DeepClone());
        }

        return info;
    }

    private (MapNode Entry, string? Folder) Find(string list, string key, string name)
    {
        foreach (var (root, folder) in _files)
        {
            foreach (var node in root.GetList(list) ?? [])
            {
                if (node is MapNode map && map.GetString("name") == name)
                {
                    return (map.GetMap(key) ?? new MapNode(), folder);
                }
            }
        }

        throw new KubeConfigException($"it has no {key} '{name}'");
    }

    private static Uri? Proxy(MapNode cluster)
    {
        if (Text(cluster, "proxy-url") is not { } text)
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : throw new KubeConfigException("proxy-url must be of the form http://, https:// or socks5://host:port");
    }

    /// <summary>All files as one, for KubernetesClient.</summary>
    private string Whole()
    {
        var whole = new MapNode();
        whole.Set("apiVersion", "v1");
        whole.Set("kind", "Config");
        foreach (var list in (ReadOnlySpan<string>)["contexts", "clusters", "users"])
        {
            var entries = new ListNode();
            foreach (var entry in _files.SelectMany(f => f.Root.GetList(list) ?? []).OfType<MapNode>().DistinctBy(e => e.GetString("name"), StringComparer.Ordinal))
            {
                entries.Add(entry.DeepClone());
            }

            whole.Set(list, entries);
        }

        return YamlWriter.Write(whole);
    }

    private static string? Text(MapNode map, string key) => map.GetString(key) is { Length: > 0 } text ? text : null;

    private static IReadOnlyList<string> Strings(ListNode? list) => [.. (list ?? []).OfType<ScalarNode>().Select(s => s.Text)];

    private static string? Full(string? path, string? folder) => string.IsNullOrEmpty(path) ? null : Path.GetFullPath(path, folder ?? Environment.CurrentDirectory);
}
