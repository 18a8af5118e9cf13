using System.Text;

namespace GitOps.Json;

/// <summary>
/// Hands out one string for equal short ASCII byte runs. Keys and enum-like values of Kubernetes objects repeat endlessly;
/// sharing them saves most of the memory and time that reading would cost.
/// </summary>
/// <remarks>Fixed size, so a hostile text cannot grow it. Slots are replaced without locks: a lost race only costs a copy.</remarks>
internal static class Utf8StringCache
{
    private const int MaxLength = 48;
    private static readonly string?[] Slots = new string?[8192];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == 0)
        {
            return "";
        }

        if (utf8.Length > MaxLength)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var hash = 2166136261u;
        foreach (var b in utf8)
        {
            hash = (hash ^ b) * 16777619u;
        }

        ref var slot = ref Slots[(hash ^ (hash >> 15)) & 8191];
        var known = slot;
        if (known is not null && Ascii.Equals(utf8, known))
        {
            return known;
        }

        var made = Encoding.UTF8.GetString(utf8);
        slot = made;
        return made;
    }
}
