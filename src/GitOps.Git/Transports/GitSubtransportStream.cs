using System.Buffers;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>What libgit2 reads from and writes to a server. A failure is kept with the operation: libgit2 forgets it on the way up.</summary>
internal abstract class GitSubtransportStream(SmartSubtransport transport, GitOperation operation) : SmartSubtransportStream(transport)
{
    private const int ChunkSize = 64 * 1024;

    /// <inheritdoc/>
    public sealed override int Read(Stream dataStream, long length, out long readTotal)
    {
        readTotal = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            var read = Read(buffer.AsMemory(0, (int)Math.Min(length, buffer.Length)));
            operation.CountReceived(read);
            dataStream.Write(buffer, 0, read);
            readTotal = read;
            return 0;
        }
        catch (Exception exception)
        {
            operation.Fail(exception);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public sealed override int Write(Stream dataStream, long length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            for (var left = length; left > 0;)
            {
                var read = dataStream.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                if (read == 0)
                {
                    throw new EndOfStreamException();
                }

                Write(buffer.AsMemory(0, read));
                left -= read;
            }

            return 0;
        }
        catch (Exception exception)
        {
            operation.Fail(exception);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads what the server says; 0 at the end.</summary>
    protected abstract int Read(Memory<byte> buffer);

    /// <summary>Says something to the server.</summary>
    protected abstract void Write(ReadOnlyMemory<byte> data);
}
