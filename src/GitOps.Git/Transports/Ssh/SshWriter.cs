using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace GitOps.Git;

/// <summary>Writes SSH's wire format (RFC 4251).</summary>
internal sealed class SshWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public SshWriter Raw(ReadOnlySpan<byte> bytes)
    {
        _buffer.Write(bytes);
        return this;
    }

    public SshWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
        return this;
    }

    public SshWriter String(ReadOnlySpan<byte> bytes) => UInt32((uint)bytes.Length).Raw(bytes);

    public SshWriter String(string text) => String(Encoding.UTF8.GetBytes(text));

    /// <summary>A big number that is not negative.</summary>
    public SshWriter Number(ReadOnlySpan<byte> bytes)
    {
        var trimmed = bytes.TrimStart((byte)0);
        return trimmed.IsEmpty || trimmed[0] < 0x80 ? String(trimmed) : UInt32((uint)trimmed.Length + 1).Raw([0]).Raw(trimmed);
    }

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();
}
