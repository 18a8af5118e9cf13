namespace GitOps.Git;

/// <summary>An open conversation over a connection that has both directions: SSH or Git's own protocol.</summary>
internal abstract class GitChannel : IDisposable
{
    /// <summary>Reads what the server says; 0 at the end.</summary>
    public abstract int Read(Memory<byte> buffer);

    /// <summary>Says something to the server.</summary>
    public abstract void Write(ReadOnlyMemory<byte> data);

    public abstract void Dispose();
}
