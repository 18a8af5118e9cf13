using System.Text;
using GitOps.Helm.Charts;

namespace GitOps.Helm.Releases;

/// <summary>Prints a release the way <c>helm template</c> does.</summary>
internal static class ReleasePrinter
{
    private const string Source = "# Source: ";

    public static string Print(HelmRelease release)
    {
        var text = new StringBuilder(release.Manifests.Sum(m => m.Text.Length + m.Path.Length + 20) + release.Crds.Sum(c => c.Text.Length + c.Path.Length + 20) + 16);
        foreach (var crd in release.Crds)
        {
            Append(text, crd.Path, crd.Text);
        }

        foreach (var manifest in release.Manifests)
        {
            Append(text, manifest.Path, manifest.Text);
        }

        Trim(text);
        text.Append('\n');
        foreach (var hook in release.Hooks)
        {
            Append(text, hook.Path, hook.Text);
        }

        return text.ToString();
    }

    /// <summary>Keeps the documents of certain templates, as <c>--show-only</c> does.</summary>
    /// <param name="yaml">What <see cref="Print"/> gave.</param>
    /// <param name="templates">Patterns for paths inside the chart.</param>
    /// <exception cref="HelmException">A pattern matches nothing.</exception>
    public static string ShowOnly(string yaml, IReadOnlyList<string> templates)
    {
        var documents = ManifestSplitter.Split(yaml).Select(d => (Path: SourceOf(d), Text: d)).ToList();
        var chosen = new StringBuilder();
        foreach (var template in templates)
        {
            var missing = true;
            foreach (var (path, text) in documents)
            {
                if (path is not null && ShellPattern.Match(template, path) == true)
                {
                    chosen.Append("---\n").Append(text).Append('\n');
                    missing = false;
                }
            }

            if (missing)
            {
                throw new HelmException(Reasons.NotFound, $"could not find template {template} in chart");
            }
        }

        return chosen.ToString();
    }

    /// <summary>The path a document's comment names, without the chart's name; null when there is no such comment.</summary>
    private static string? SourceOf(string document)
    {
        for (var at = document.IndexOf(Source, StringComparison.Ordinal); at >= 0; at = document.IndexOf(Source, at + 1, StringComparison.Ordinal))
        {
            var rest = document.AsSpan(at + Source.Length);
            var slash = rest.IndexOf('/');
            if (slash <= 0)
            {
                continue;
            }

            var path = rest[(slash + 1)..];
            var end = path.IndexOf('\n');
            path = end < 0 ? path : path[..end];
            if (!path.IsEmpty)
            {
                return path.ToString();
            }
        }

        return null;
    }

    private static void Append(StringBuilder text, string path, string content) =>
        text.Append("---\n").Append(Source).Append(path).Append('\n').Append(content).Append('\n');

    private static void Trim(StringBuilder text)
    {
        var end = text.Length;
        while (end > 0 && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        text.Length = end;
        var start = 0;
        while (start < text.Length && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        text.Remove(0, start);
    }
}
