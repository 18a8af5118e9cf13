using System.Text;

namespace GitOps.Kubernetes.Client.Access;

/// <summary>PEM text from the kubeconfig itself or from a file that may be renewed.</summary>
internal sealed record PemSource(string? File, string? Text)
{
    /// <exception cref="IOException">The file cannot be read.</exception>
    public string Read() => Text ?? System.IO.File.ReadAllText(File!);

    /// <summary>Reads the pair of fields that kubeconfig has for PEM text; data goes before a file.</summary>
    public static PemSource? Of(string? data, string? file) =>
        !string.IsNullOrEmpty(data) ? new PemSource(null, Encoding.UTF8.GetString(Convert.FromBase64String(data)))
        : !string.IsNullOrEmpty(file) ? new PemSource(file, null)
        : null;

    public override string ToString() => File ?? "(data)";
}
