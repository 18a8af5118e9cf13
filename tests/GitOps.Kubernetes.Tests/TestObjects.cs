using System.Text;
using GitOps.Json;

namespace GitOps.Kubernetes.Tests;

internal static class TestObjects
{
    public static MapNode Map(string json) => JsonTreeReader.ReadMap(Encoding.UTF8.GetBytes(json));
}
