namespace GitOps.Kustomize.Trees;

/// <summary>Cuts field paths into pieces.</summary>
internal static class PathSplitter
{
    /// <summary>Splits at a delimiter that has no backslash before it; a leading delimiter is dropped.</summary>
    public static List<string> Split(string path, char delimiter)
    {
        var pieces = path.Split(delimiter);
        var start = pieces.Length > 1 && pieces[0].Length == 0 ? 1 : 0;
        var result = new List<string>(pieces.Length) { pieces[start] };
        for (var i = start + 1; i < pieces.Length; i++)
        {
            if (result[^1].EndsWith('\\'))
            {
                result[^1] = $"{result[^1].AsSpan(0, result[^1].Length - 1)}{delimiter}{pieces[i]}";
            }
            else
            {
                result.Add(pieces[i]);
            }
        }

        return result;
    }

    /// <summary>Splits at dots, but not inside <c>[name=a.b]</c>.</summary>
    public static List<string> SplitSmart(string path)
    {
        var result = new List<string>();
        var pieces = Split(path, '.');
        for (var i = 0; i < pieces.Count; i++)
        {
            var piece = pieces[i];
            if (!piece.StartsWith('[') || piece.EndsWith(']'))
            {
                result.Add(piece);
                continue;
            }

            while (i < pieces.Count - 1)
            {
                i++;
                piece += "." + pieces[i];
                if (pieces[i].EndsWith(']'))
                {
                    break;
                }
            }

            result.Add(piece.Contains('=', StringComparison.Ordinal) ? piece : piece.Trim('[', ']'));
        }

        return result;
    }
}
