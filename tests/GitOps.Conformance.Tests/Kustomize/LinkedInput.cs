using System.Text.Json;

namespace GitOps.Conformance.Tests.Kustomize;

/// <summary>The input of a case; when it has symbolic links, which do not survive every way of copying, a copy with real ones.</summary>
internal sealed class LinkedInput : IDisposable
{
    private readonly string? _copy;

    private LinkedInput(string directory, string? copy)
    {
        Directory = directory;
        _copy = copy;
    }

    public string Directory { get; }

    public static LinkedInput Open(string input, JsonElement test)
    {
        if (!test.TryGetProperty("symlinks", out var links))
        {
            return new LinkedInput(input, null);
        }

        var copy = System.IO.Directory.CreateTempSubdirectory("gitops-case-").FullName;
        var target = Path.Combine(copy, "input");
        Copy(input, target);
        foreach (var link in links.EnumerateObject())
        {
            var path = Path.Combine(target, link.Name);
            File.Delete(path);
            File.CreateSymbolicLink(path, link.Value.GetString()!);
        }

        return new LinkedInput(target, copy);
    }

    public void Dispose()
    {
        if (_copy is not null)
        {
            System.IO.Directory.Delete(_copy, recursive: true);
        }
    }

    private static void Copy(string from, string to)
    {
        System.IO.Directory.CreateDirectory(to);
        foreach (var file in System.IO.Directory.EnumerateFiles(from))
        {
            File.WriteAllBytes(Path.Combine(to, Path.GetFileName(file)), File.ReadAllBytes(file));
        }

        foreach (var directory in System.IO.Directory.EnumerateDirectories(from))
        {
            Copy(directory, Path.Combine(to, Path.GetFileName(directory)));
        }
    }
}
