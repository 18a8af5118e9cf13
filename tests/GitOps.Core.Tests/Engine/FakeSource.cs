namespace GitOps.Core.Tests.Engine;

/// <summary>A source whose revisions the test sets.</summary>
internal sealed class FakeSource : ISource
{
    private volatile Artifact? _artifact;

    public Exception? Failure { get; set; }

    public int Probes;

    public void Commit(string digest, params (string Path, string Text)[] files) =>
        _artifact = new Artifact(new Revision("main", "sha1", digest), new MemoryFileTree(files.Select(f => KeyValuePair.Create(f.Path, f.Text))))
        {
            Author = "Ada <ada@example.com>",
            Message = $"commit {digest}",
        };

    public ValueTask<Revision> ProbeAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref Probes);
        if (Failure is { } failure)
        {
            throw failure;
        }

        return ValueTask.FromResult(_artifact?.Revision ?? throw new GitOpsException(Reasons.NotFound, "The branch 'main' does not exist."));
    }

    public ValueTask<Artifact> FetchAsync(Revision revision, CancellationToken cancellationToken) => ValueTask.FromResult(_artifact!);
}
