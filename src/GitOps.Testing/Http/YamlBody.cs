namespace GitOps.Testing;

/// <summary>Reads bodies that are YAML and not JSON.</summary>
internal static class YamlBody
{
    public static Node Read(byte[] utf8)
    {
        throw ApiException.BadRequest($"the body of {utf8.Length} bytes is YAML: send it as JSON, which is YAML too.");
    }
}
