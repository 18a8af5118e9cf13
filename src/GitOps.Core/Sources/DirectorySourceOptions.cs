namespace GitOps;

/// <summary>Options of a directory on disk as a source.</summary>
public sealed class DirectorySourceOptions
{
    /// <summary>The directory. Required.</summary>
    public string? Directory { get; set; }

    /// <summary>How often the directory is looked at.</summary>
    /// <value>The default value is 10 seconds; at least one second.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one look may take.</summary>
    /// <value>The default value is one minute.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The largest file that is read, in bytes.</summary>
    /// <value>The default value is 25 MiB.</value>
    public long MaxFileSize { get; set; } = 25 * 1024 * 1024;

    /// <summary>The most files that the directory may hold, in all its subdirectories.</summary>
    /// <value>The default value is 100 000.</value>
    public int MaxFiles { get; set; } = 100_000;

    internal IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Directory))
        {
            yield return "Directory is missing: name the directory that holds the files.";
        }

        if (MaxFileSize <= 0)
        {
            yield return $"MaxFileSize is {MaxFileSize}: it must be more than zero.";
        }

        if (MaxFiles <= 0)
        {
            yield return $"MaxFiles is {MaxFiles}: it must be more than zero.";
        }
    }
}
