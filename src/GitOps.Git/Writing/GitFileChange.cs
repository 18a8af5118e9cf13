using System.Text;

namespace GitOps.Git;

/// <summary>One change that a commit makes.</summary>
public sealed record GitFileChange
{
    private GitFileChange(TreePath path, ReadOnlyMemory<byte>? content, bool isExecutable)
    {
        Path = path;
        Content = content;
        IsExecutable = isExecutable;
    }

    /// <summary>The file.</summary>
    public TreePath Path { get; }

    /// <summary>What the file holds afterwards; <see langword="null"/> when it is deleted.</summary>
    public ReadOnlyMemory<byte>? Content { get; }

    /// <summary>Whether the file is executable.</summary>
    public bool IsExecutable { get; }

    /// <summary>Writes a text file, as UTF-8.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">The text.</param>
    /// <returns>The change.</returns>
    public static GitFileChange Write(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Write(path, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Writes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="isExecutable">Whether it is executable.</param>
    /// <returns>The change.</returns>
    public static GitFileChange Write(string path, ReadOnlyMemory<byte> content, bool isExecutable = false) => new(File(path), content, isExecutable);

    /// <summary>Deletes a file; nothing happens when there is none.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The change.</returns>
    public static GitFileChange Delete(string path) => new(File(path), null, false);

    private static TreePath File(string path)
    {
        var file = TreePath.Parse(path);
        return file.IsRoot || file.Value.Split('/').Any(s => s.Equals(".git", StringComparison.OrdinalIgnoreCase))
            ? throw new ArgumentException($"'{path}' cannot be a file of a repository.", nameof(path))
            : file;
    }
}
