using System.Buffers;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>What libgit2 reads from and writes to a channel.</summary>
internal sealed class StreamSubtransportStream(StreamSubtransport transport, GitOperation operation, GitChannel channel) : SmartSubtransportStream(transport)
{
    private const int ChunkSize = 64 * 1024;

    /// <inheritdoc/>
    public override int Read(Stream dataStream, long length, out long readTotal)
    {
        readTotal = 0;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, ChunkSize));
        try
        {
            var read = channel.Read(buffer.AsMemory(0, (int)Math.Min(length, buffer.Length)));
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
    public override int Write(Stream dataStream, long length)
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

                channel.Write(buffer.AsMemory(0, read));
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
}
