using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace GitOps.State;

/// <summary>
/// The changes that belong together, as the journal holds them: length and checksum of what follows, then each key and value.
/// A frame counts whole or not at all.
/// </summary>
internal static class StateFrame
{
    private const int HeaderSize = 8;
    private const int Deleted = -1;

    // A length beyond it is damage, not data.
    private const int MaxSize = 256 * 1024 * 1024;

    public static ReadOnlyMemory<byte> Write(IEnumerable<StateChange> changes)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        buffer.GetSpan(HeaderSize)[..HeaderSize].Clear();
        buffer.Advance(HeaderSize);
        foreach (var (key, value) in changes)
        {
            Number(buffer, Encoding.UTF8.GetByteCount(key));
            Encoding.UTF8.GetBytes(key, buffer);
            Number(buffer, value?.Length ?? Deleted);
            buffer.Write((value ?? default).Span);
        }

        var frame = buffer.WrittenMemory.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), Checksum(frame.AsSpan(HeaderSize)));
        return frame;
    }

    /// <summary>Takes the frame at the start of the data into the values.</summary>
    /// <returns>The frame's size; 0 when the data does not start with a whole and sound frame.</returns>
    public static int Read(ReadOnlyMemory<byte> data, Dictionary<string, ReadOnlyMemory<byte>> values)
    {
        if (data.Length < HeaderSize)
        {
            return 0;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(data.Span);
        if (length is <= 0 or > MaxSize || length > data.Length - HeaderSize)
        {
            return 0;
        }

        var body = data.Slice(HeaderSize, length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(data.Span[4..]) != Checksum(body.Span))
        {
            return 0;
        }

        while (body.Length > 0)
        {
            var key = Encoding.UTF8.GetString(Take(ref body, Number(ref body)).Span);
            var size = Number(ref body);
            if (size == Deleted)
            {
                values.Remove(key);
            }
            else
            {
                values[key] = Take(ref body, size);
            }
        }

        return HeaderSize + length;
    }

    private static void Number(ArrayBufferWriter<byte> buffer, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
    }

    private static int Number(ref ReadOnlyMemory<byte> data) => BinaryPrimitives.ReadInt32LittleEndian(Take(ref data, 4).Span);

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> data, int size)
    {
        var taken = data[..size];
        data = data[size..];
        return taken;
    }

    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        var checksum = uint.MaxValue;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        foreach (var value in data)
        {
            checksum = BitOperations.Crc32C(checksum, value);
        }

        return ~checksum;
    }
}
