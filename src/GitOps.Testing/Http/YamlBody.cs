using GitOps.Json;
using GitOps.Yaml;

namespace GitOps.Testing;

/// <summary>Reads bodies that are YAML and not JSON.</summary>
internal static class YamlBody
{
    private static readonly YamlReaderOptions Options = new() { MaxLength = 3 * 1024 * 1024, MaxDepth = 256, MaxNodes = 1_000_000 };

    // YAML's own number and date forms become those of JSON, which is what everything behind works with.
    public static Node Read(byte[] utf8) => JsonTreeReader.Read(JsonTreeWriter.Write(YamlReader.Read(utf8, "", Options)));
}
