namespace CustomNotifier;

/// <summary>An append-only file of JSON lines.</summary>
internal sealed class AuditFile(string path)
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task FirstEntry => _first.Task;

    public async Task AppendAsync(string line, CancellationToken cancellationToken)
    {
        await File.AppendAllTextAsync(path, line + Environment.NewLine, cancellationToken);
        _first.TrySetResult();
    }
}
