using System.Diagnostics.CodeAnalysis;

namespace GitOps;

/// <summary>
/// A path inside a file tree: relative to the tree's root, forward slashes, no <c>.</c> or <c>..</c> segments, no leading or trailing slash.
/// The root is the empty path. A value of this type cannot point outside its tree.
/// </summary>
public readonly record struct TreePath : IComparable<TreePath>
{
    private readonly string? _value;

    private TreePath(string value) => _value = value;

    /// <summary>The root of a tree.</summary>
    public static TreePath Root => default;

    /// <summary>The path's text; empty for the root.</summary>
    public string Value => _value ?? "";

    /// <summary>Whether this is the root.</summary>
    public bool IsRoot => Value.Length == 0;

    /// <summary>The last segment; empty for the root.</summary>
    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>The directory that holds this path; the root for the root.</summary>
    public TreePath Parent
    {
        get
        {
            var slash = Value.LastIndexOf('/');
            return slash < 0 ? Root : new TreePath(Value[..slash]);
        }
    }

    /// <summary>Reads a path; <c>.</c> and <c>..</c> are resolved.</summary>
    /// <param name="text">The path, relative to the tree's root.</param>
    /// <returns>The path.</returns>
    /// <exception cref="ArgumentException">The path is absolute, leaves the tree, or holds a NUL or backslash.</exception>
    public static TreePath Parse(string text) => Root.TryCombine(text, out var path)
        ? path
        : throw new ArgumentException($"'{text}' is not a path inside the tree: it must be relative and must not leave the tree.", nameof(text));

    /// <summary>Resolves a path relative to this one, which is taken as a directory.</summary>
    /// <param name="relative">The path; <c>.</c> and <c>..</c> are resolved.</param>
    /// <param name="path">The result.</param>
    /// <returns><see langword="false"/> when the path is absolute, leaves the tree, or holds a NUL or backslash.</returns>
    public bool TryCombine(string relative, [MaybeNullWhen(false)] out TreePath path)
    {
        ArgumentNullException.ThrowIfNull(relative);
        path = default;
        if (relative.StartsWith('/') || relative.AsSpan().ContainsAny('\0', '\\'))
        {
            return false;
        }

        var segments = new List<string>(IsRoot ? [] : Value.Split('/'));
        foreach (var segment in relative.Split('/'))
        {
            switch (segment)
            {
                case "" or ".":
                    break;
                case "..":
                    if (segments.Count == 0)
                    {
                        return false;
                    }

                    segments.RemoveAt(segments.Count - 1);
                    break;
                default:
                    segments.Add(segment);
                    break;
            }
        }

        path = new TreePath(string.Join('/', segments));
        return true;
    }

    /// <summary>The path of an entry of this directory.</summary>
    /// <param name="name">One segment.</param>
    /// <returns>The path.</returns>
    /// <exception cref="ArgumentException">The name is empty, <c>.</c>, <c>..</c>, or holds a slash, NUL or backslash.</exception>
    public TreePath Append(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name is "." or ".." || name.AsSpan().ContainsAny('/', '\0', '\\'))
        {
            throw new ArgumentException($"'{name}' is not a name of a file or directory.", nameof(name));
        }

        return new TreePath(IsRoot ? name : $"{Value}/{name}");
    }

    /// <summary>Whether this path is the other or lies below it.</summary>
    /// <param name="directory">The other path.</param>
    /// <returns><see langword="true"/> when it does.</returns>
    public bool IsWithin(TreePath directory) =>
        directory.IsRoot
        || (Value.StartsWith(directory.Value, StringComparison.Ordinal) && (Value.Length == directory.Value.Length || Value[directory.Value.Length] == '/'));

    /// <inheritdoc/>
    public bool Equals(TreePath other) => string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public int CompareTo(TreePath other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => IsRoot ? "." : Value;

    /// <summary>Orders paths by their text, ordinal.</summary>
    /// <param name="left">One path.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether the left one comes first.</returns>
    public static bool operator <(TreePath left, TreePath right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator <=(TreePath left, TreePath right) => left.CompareTo(right) <= 0;

    /// <summary>Orders paths by their text, ordinal.</summary>
    /// <param name="left">One path.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether the left one comes last.</returns>
    public static bool operator >(TreePath left, TreePath right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="op_GreaterThan"/>
    public static bool operator >=(TreePath left, TreePath right) => left.CompareTo(right) >= 0;
}
