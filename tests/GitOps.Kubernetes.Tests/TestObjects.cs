using GitOps.Yaml;

namespace GitOps.Kubernetes.Tests;

internal static class TestObjects
{
    public static MapNode Map(string json) => (MapNode)YamlReader.ReadAll(json)[0];
}
