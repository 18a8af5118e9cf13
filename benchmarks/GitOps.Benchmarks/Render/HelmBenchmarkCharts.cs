using System.Globalization;
using System.Text;

namespace GitOps.Benchmarks.Render;

/// <summary>The charts that are measured, read into memory so that no disk is measured.</summary>
internal static class HelmBenchmarkCharts
{
    public static (IFileTree Tree, TreePath Path) Find(string name)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var folder = Path.Combine(directory.FullName, "shared", "conformance", "helm", "charts", "_src", name);
            if (Directory.Exists(folder))
            {
                return (Read(folder), TreePath.Root);
            }
        }

        return (Synthetic(), TreePath.Root);
    }

    private static MemoryFileTree Read(string folder) => new(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(f => KeyValuePair.Create(Path.GetRelativePath(folder, f).Replace('\\', '/'), (ReadOnlyMemory<byte>)File.ReadAllBytes(f))));

    private static MemoryFileTree Synthetic()
    {
        var files = new Dictionary<string, string>
        {
            ["Chart.yaml"] = "apiVersion: v2\nname: synthetic\nversion: 1.0.0\n",
            ["values.yaml"] = "replicas: 2\nlabels: {team: a, tier: b}\n",
            ["templates/_helpers.tpl"] = "{{- define \"labels\" }}\n{{ toYaml .Values.labels }}\n{{- end }}\n",
        };
        for (var i = 0; i < 100; i++)
        {
            files[string.Create(CultureInfo.InvariantCulture, $"templates/d{i}.yaml")] = new StringBuilder()
                .Append("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}-").Append(i)
                .Append("\n  labels: {{- include \"labels\" . | nindent 4 }}\nspec:\n  replicas: {{ .Values.replicas }}\n").ToString();
        }

        return new MemoryFileTree(files);
    }
}
