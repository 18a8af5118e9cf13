using System.Security.Cryptography;
using System.Text;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Generators;

/// <summary>The hash that kustomize puts behind names.</summary>
internal static class ContentHash
{
    public static string Of(Resource resource)
    {
        var root = resource.Root!;
        var fields = new MapNode();
        fields.Set("kind", resource.Kind);

        // kustomize looks the name up under a key that cannot exist, so it is always empty.
        fields.Set("name", "");
        fields.Set("data", Field(root, "data"));
        switch (resource.Kind)
        {
            case "ConfigMap":
                if (root["binaryData"] is MapNode binary)
                {
                    fields.Set("binaryData", JsonTree.Normalize(binary, throughFloat: true));
                }

                break;
            case "Secret":
                fields.Set("type", Field(root, "type"));
                if (root["stringData"] is MapNode text)
                {
                    fields.Set("stringData", JsonTree.Normalize(text, throughFloat: true));
                }

                break;
            default:
                fields = root;
                break;
        }

        var json = new StringBuilder();
        JsonTree.Write(fields, json);
        return Encode(Encoding.UTF8.GetBytes(json.ToString()));
    }

    private static Node Field(MapNode root, string name) => root[name] switch
    {
        null => ScalarNode.String(""),
        ScalarNode scalar => ScalarNode.String(scalar.Text),
        MapNode map => JsonTree.Normalize(map, throughFloat: true),
        _ => ScalarNode.Null(),
    };

    private static string Encode(byte[] json)
    {
        // The first ten hex digits, without those that could spell words.
        Span<char> text = stackalloc char[10];
        var hex = Convert.ToHexStringLower(SHA256.HashData(json));
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = hex[i] switch { '0' => 'g', '1' => 'h', '3' => 'k', 'a' => 'm', 'e' => 't', var c => c };
        }

        return new string(text);
    }
}
