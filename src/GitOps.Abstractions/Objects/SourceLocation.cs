namespace GitOps;

/// <summary>A place in a file of a source.</summary>
/// <param name="File">The file's path inside the source, with forward slashes; empty when unknown.</param>
/// <param name="Line">The line, from 1; 0 when unknown.</param>
/// <param name="Column">The column, from 1; 0 when unknown.</param>
public sealed record SourceLocation(string File, int Line = 0, int Column = 0)
{
    /// <summary>The place as compilers write it: <c>apps/web.yaml:12:3</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => (Line, Column) switch
    {
        (0, _) => File,
        (_, 0) => $"{File}:{Line}",
        _ => $"{File}:{Line}:{Column}",
    };
}
