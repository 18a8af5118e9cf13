using GitOps.Helm.Templates;

namespace GitOps.Helm.Charts;

/// <summary>One file of a chart; the byte order mark is gone.</summary>
internal sealed class ChartFile
{
    private static long s_lastId;

    private string? _text;

    public ChartFile(string name, byte[] data)
    {
        Name = name;
        Data = data;
    }

    /// <summary>A number no other file of this process has.</summary>
    public long Id { get; } = Interlocked.Increment(ref s_lastId);

    /// <summary>The path inside the chart, with forward slashes.</summary>
    public string Name { get; }

    /// <summary>The content; never changed.</summary>
    public byte[] Data { get; }

    /// <summary>The content as text; made once. Bytes that are no UTF-8 survive in it.</summary>
    public string Text => _text ??= GoText.FromBytes(Data);
}
