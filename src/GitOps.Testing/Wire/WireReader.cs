using System.Buffers.Binary;
using System.Text;

namespace GitOps.Testing;

/// <summary>Reads the fields of one protobuf message.</summary>
internal ref struct WireReader
{
    private ReadOnlySpan<byte> _rest;

    public WireReader(ReadOnlySpan<byte> message) => _rest = message;

    /// <summary>The number of the current field.</summary>
    public int Number { get; private set; }

    /// <summary>The value of the current field when it is a number.</summary>
    public ulong Value { get; private set; }

    /// <summary>The value of the current field when it has a length.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var key = Varint();
        Number = (int)(key >> 3);
        Value = 0;
        Bytes = default;
        switch (key & 7)
        {
            case 0:
                Value = Varint();
                break;
            case 1:
                Value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                Bytes = Take(Varint());
                break;
            case 5:
                Value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw Broken($"wire type {key & 7} of field {Number} is not known");
        }

        return true;
    }

    public readonly string Text()
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Broken($"field {Number} is not UTF-8");
        }
    }

    public static ApiException Broken(string problem) => ApiException.BadRequest($"the protobuf body of the request cannot be read: {problem}");

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw Broken("it ends early");
        }

        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Broken("a number is longer than 64 bits");
    }
}
