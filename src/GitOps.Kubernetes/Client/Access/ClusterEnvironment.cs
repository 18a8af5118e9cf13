using GitOps.Limits;

namespace GitOps.Kubernetes.Client.Access;

/// <summary>What a process finds around it: variables, the home folder's kubeconfig, the pod's service account.</summary>
internal sealed record ClusterEnvironment
{
    public static ClusterEnvironment Process { get; } = new();

    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    public string DefaultKubeconfig { get; init; } = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");

    /// <summary>Where a pod finds its token, authority and namespace.</summary>
    public string ServiceAccountFolder { get; init; } = Path.Combine(Path.DirectorySeparatorChar.ToString(), "var", "run", "secrets", "kubernetes.io", "serviceaccount");

    /// <summary>The access of the pod that this process runs in; <see langword="null"/> when it runs in none.</summary>
    public ClusterAccess? Pod()
    {
        var (host, port) = (Variable("KUBERNETES_SERVICE_HOST"), Variable("KUBERNETES_SERVICE_PORT"));
        var token = Path.Combine(ServiceAccountFolder, "token");
        if (string.IsNullOrEmpty(host) || !int.TryParse(port, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) || !File.Exists(token))
        {
            return null;
        }

        var authority = Path.Combine(ServiceAccountFolder, "ca.crt");
        var @namespace = Path.Combine(ServiceAccountFolder, "namespace");
        return new ClusterAccess(new UriBuilder("https", host, number).Uri)
        {
            TokenFile = token,
            AuthorityPem = File.Exists(authority) ? BoundedRead.Text(authority, PemSource.MostBytes) : null,
            Namespace = File.Exists(@namespace) && BoundedRead.Text(@namespace, 1024).Trim() is { Length: > 0 } name ? name : null,
        };
    }
}
