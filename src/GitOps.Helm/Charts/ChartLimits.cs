namespace GitOps.Helm;

/// <summary>How large a chart may be; the defaults are Helm's.</summary>
public sealed record ChartLimits
{
    /// <summary>The defaults.</summary>
    public static ChartLimits Default { get; } = new();

    /// <summary>The largest file after unpacking, in bytes. Default 5 MiB.</summary>
    public long MaxFileSize { get; init; } = 5 * 1024 * 1024;

    /// <summary>All files of a chart and its subcharts together after unpacking, in bytes. Default 100 MiB.</summary>
    public long MaxChartSize { get; init; } = 100 * 1024 * 1024;

    /// <summary>How many files a chart may have. Default 50 000.</summary>
    public int MaxFiles { get; init; } = 50_000;

    /// <summary>How deep directories and subcharts may nest. Default 32.</summary>
    public int MaxDepth { get; init; } = 32;
}
