
namespace GitOps.Helm.Charts;

/// <summary>One file of a chart; the byte order mark is gone.</summary>
internal sealed class ChartFile
{
    private string? _text;

    public ChartFile(string name, byte[] data)
    {
        Name = name;
        Data = data;
    }

    /// <summary>The path inside the chart, with forward slashes.</summary>
    public string Name { get; }

    public byte[] Data { get; }

    /// <summary>The content as text; made once.</summary>
    public string Text => _text ??= System.Text.Encoding.UTF8.GetString(Data);
}
