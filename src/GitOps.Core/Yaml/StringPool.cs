namespace GitOps.Yaml;

/// <summary>Hands out one string for equal short texts: manifests repeat the same few hundred keys and values.</summary>
/// <remarks>Direct-mapped, so it is bounded and needs no clean-up; not thread-safe.</remarks>
internal sealed class StringPool
{
    private const int MaxLength = 40;
    private const int Slots = 2048;

    private readonly string?[] _slots = new string?[Slots];

    public string Get(ReadOnlySpan<char> text)
    {
        if (text.Length is 0)
        {
            return "";
        }

        if (text.Length > MaxLength)
        {
            return new string(text);
        }

        var hash = (uint)text.Length;
        foreach (var c in text)
        {
            hash = (hash * 31) + c;
        }

        ref var slot = ref _slots[(hash ^ (hash >> 11)) & (Slots - 1)];
        if (slot is null || !text.SequenceEqual(slot))
        {
            slot = new string(text);
        }

        return slot;
    }
}
