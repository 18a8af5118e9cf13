namespace GitOps.Git;

/// <summary>Files for what is too large for memory.</summary>
internal static class TemporaryFile
{
    /// <summary>Makes an empty file that goes away when it is closed, or when the host is killed where the system can do that.</summary>
    public static FileStream Create()
    {
        var path = Path.GetTempFileName();
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete, 0, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return file;
    }
}
