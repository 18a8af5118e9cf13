namespace CustomNotifier;

/// <summary>An append-only file of JSON lines.</summary>
internal sealed class AuditFile(string path)
{
    public Task AppendAsync(string line, CancellationToken cancellationToken) =>
        File.AppendAllTextAsync(path, line + Environment.NewLine, cancellationToken);
}
