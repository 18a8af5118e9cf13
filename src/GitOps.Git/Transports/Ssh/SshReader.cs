using System.Buffers.Binary;
using System.Text;

namespace GitOps.Git;

/// <summary>Reads SSH's wire format (RFC 4251).</summary>
internal ref struct SshReader(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count < 0 || count > _rest.Length)
        {
            throw new InvalidDataException("the SSH data ends too early");
        }

        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    public byte ReadByte() => ReadBytes(1)[0];

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(ReadBytes(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64BigEndian(ReadBytes(8));

    public ReadOnlySpan<byte> ReadString()
    {
        var length = ReadUInt32();
        return length > int.MaxValue ? throw new InvalidDataException("the SSH data ends too early") : ReadBytes((int)length);
    }

    public string ReadText() => Encoding.UTF8.GetString(ReadString());

    /// <summary>Reads a big number without its sign byte.</summary>
    public ReadOnlySpan<byte> ReadNumber() => ReadString().TrimStart((byte)0);
}
