using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

/// <summary>Looks into packages for what a user of them needs: a README, symbols, and a way from the symbols to the sources. Compiled into the scratch project of pack-check.sh.</summary>
internal static class PackageCheck
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    /// <returns>What is missing.</returns>
    public static IEnumerable<string> Run(string folder)
    {
        var packages = Directory.GetFiles(folder, "*.nupkg").Order(StringComparer.Ordinal).ToList();
        if (packages.Count == 0)
        {
            yield return $"{folder}: there are no packages";
        }

        foreach (var path in packages)
        {
            var name = Path.GetFileName(path);
            using var package = ZipFile.OpenRead(path);
            if (package.GetEntry("README.md") is not { Length: > 0 })
            {
                yield return $"{name}: there is no README.md";
            }

            var symbols = Path.ChangeExtension(path, ".snupkg");
            if (!File.Exists(symbols))
            {
                yield return $"{name}: there is no symbol package";
                continue;
            }

            using var symbolPackage = ZipFile.OpenRead(symbols);
            foreach (var assembly in package.Entries.Where(IsOurs))
            {
                var pdb = symbolPackage.Entries.FirstOrDefault(e => string.Equals(e.FullName, Path.ChangeExtension(assembly.FullName, ".pdb"), StringComparison.OrdinalIgnoreCase));
                if (pdb is null)
                {
                    yield return $"{name}: {assembly.FullName} has no symbols";
                    continue;
                }

                foreach (var mistake in Check(name, assembly, pdb))
                {
                    yield return mistake;
                }
            }
        }
    }

    private static bool IsOurs(ZipArchiveEntry entry) =>
        entry.Name.EndsWith(".dll", StringComparison.Ordinal) && (entry.Name.StartsWith("GitOps.", StringComparison.Ordinal) || entry.Name == "gitops.dll");

    private static IEnumerable<string> Check(string package, ZipArchiveEntry assembly, ZipArchiveEntry pdb)
    {
        using var image = new PEReader(Open(assembly));
        if (!image.ReadDebugDirectory().Any(d => d.Type == DebugDirectoryEntryType.Reproducible))
        {
            yield return $"{package}: {assembly.Name} is not a deterministic build";
        }

        using var provider = MetadataReaderProvider.FromPortablePdbStream(Open(pdb));
        var reader = provider.GetMetadataReader();
        var kinds = reader.CustomDebugInformation.Select(h => reader.GetGuid(reader.GetCustomDebugInformation(h).Kind)).ToList();
        var embedded = kinds.Count(k => k == EmbeddedSource);
        if (!kinds.Contains(SourceLink) && embedded < reader.Documents.Count)
        {
            yield return $"{package}: {pdb.Name} has no SourceLink, and only {embedded} of {reader.Documents.Count} sources";
        }
    }

    private static MemoryStream Open(ZipArchiveEntry entry)
    {
        var content = new MemoryStream();
        using var stream = entry.Open();
        stream.CopyTo(content);
        content.Position = 0;
        return content;
    }
}
