using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using GitOps.Json;

namespace GitOps.Kubernetes.Applying;

/// <summary>
/// The state of the fields that we own in a live object, as a hash. It changes exactly when somebody changes, removes or takes over one of them:
/// defaults, status and the fields of others do not count, so equal hashes mean that applying the same desired state again would do nothing.
/// </summary>
internal static class OwnedState
{
    /// <summary>The hash; empty when we own nothing in the object.</summary>
    public static string Hash(MapNode live, string fieldManager)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        var any = false;
        foreach (var entry in ManagedFields.Of(live))
        {
            if (ManagedFields.IsOurs(entry, fieldManager) && entry.GetMap("fieldsV1") is { } fields)
            {
                any = true;
                Append(buffer, live, fields);
            }
        }

        if (!any)
        {
            return "";
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.WrittenSpan, hash);
        return Convert.ToHexStringLower(hash[..12]);
    }

    private static void Append(ArrayBufferWriter<byte> buffer, Node? value, MapNode fields)
    {
        foreach (var entry in fields)
        {
            Encoding.UTF8.GetBytes(entry.Key, buffer);
            if (entry.Key == ".")
            {
                Mark(buffer, value is null ? (byte)0 : (byte)1);
                continue;
            }

            var child = FieldSet.Step(value, entry.Key);
            if (entry.Value is MapNode { Count: > 0 } below)
            {
                Mark(buffer, (byte)'{');
                Append(buffer, child, below);
                Mark(buffer, (byte)'}');
            }
            else if (child is null)
            {
                Mark(buffer, 0);
            }
            else
            {
                JsonTreeWriter.Write(buffer, child);
            }
        }
    }

    private static void Mark(ArrayBufferWriter<byte> buffer, byte mark)
    {
        buffer.GetSpan(1)[0] = mark;
        buffer.Advance(1);
    }
}
