using System.Text;
using GitOps.Limits;

namespace GitOps.Kubernetes.Client.Access;

/// <summary>PEM text from the kubeconfig itself or from a file that may be renewed.</summary>
internal sealed record PemSource(string? File, string? Text)
{
    /// <summary>More than any chain of certificates or token has.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    /// <exception cref="IOException">The file cannot be read.</exception>
    public string Read() => Text ?? BoundedRead.Text(File!, MostBytes);

    /// <summary>Reads the pair of fields that kubeconfig has for PEM text; data goes before a file.</summary>
    public static PemSource? Of(string? data, string? file) =>
        !string.IsNullOrEmpty(data) ? new PemSource(null, Encoding.UTF8.GetString(Convert.FromBase64String(data)))
        : !string.IsNullOrEmpty(file) ? new PemSource(file, null)
        : null;

    public override string ToString() => File ?? "(data)";
}
