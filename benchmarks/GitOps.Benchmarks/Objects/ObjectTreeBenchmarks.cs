using System.Text;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using GitOps.Json;

namespace GitOps.Benchmarks.Objects;

/// <summary>The choice of ADR 0002: our own tree against System.Text.Json's nodes, on what rendering, merging and diffing do all day.</summary>
public class ObjectTreeBenchmarks
{
    private readonly byte[] _json = Encoding.UTF8.GetBytes(Deployment);
    private readonly JsonNode _node = JsonNode.Parse(Deployment)!;
    private readonly JsonNode _otherNode = JsonNode.Parse(Deployment)!;
    private Node _tree = null!;
    private Node _otherTree = null!;

    private const string Deployment = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"podinfo","namespace":"apps","labels":{"app.kubernetes.io/name":"podinfo","app.kubernetes.io/part-of":"shop","tier":"frontend"},"annotations":{"prometheus.io/scrape":"true","prometheus.io/port":"9797"}},
        "spec":{"replicas":3,"minReadySeconds":3,"revisionHistoryLimit":5,"progressDeadlineSeconds":60,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0}},"selector":{"matchLabels":{"app":"podinfo"}},
        "template":{"metadata":{"labels":{"app":"podinfo"},"annotations":{"checksum/config":"a3f"}},"spec":{"serviceAccountName":"podinfo","containers":[
        {"name":"podinfod","image":"ghcr.io/stefanprodan/podinfo:6.5.0","imagePullPolicy":"IfNotPresent","ports":[{"name":"http","containerPort":9898,"protocol":"TCP"},{"name":"http-metrics","containerPort":9797,"protocol":"TCP"},{"name":"grpc","containerPort":9999,"protocol":"TCP"}],
        "command":["./podinfo","--port=9898","--port-metrics=9797","--grpc-port=9999","--level=info","--random-delay=false"],"env":[{"name":"PODINFO_UI_COLOR","value":"#34577c"},{"name":"POD_IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}],
        "livenessProbe":{"exec":{"command":["podcli","check","http","localhost:9898/healthz"]},"initialDelaySeconds":5,"timeoutSeconds":5},"readinessProbe":{"exec":{"command":["podcli","check","http","localhost:9898/readyz"]},"initialDelaySeconds":5,"timeoutSeconds":5},
        "resources":{"limits":{"cpu":"2000m","memory":"512Mi"},"requests":{"cpu":"100m","memory":"64Mi"}},"volumeMounts":[{"name":"data","mountPath":"/data"}]}],"volumes":[{"name":"data","emptyDir":{}}]}}}}
        """;

    [GlobalSetup]
    public void Setup()
    {
        _tree = JsonTreeReader.Read(_json);
        _otherTree = JsonTreeReader.Read(_json);
    }

    [Benchmark]
    public JsonNode ParseJsonNode()
    {
        var node = JsonNode.Parse(_json)!;

        // A JsonNode is parsed when it is first looked into, so a fair comparison looks.
        return node["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!;
    }

    [Benchmark]
    public Node ParseTree() => JsonTreeReader.Read(_json);

    [Benchmark]
    public JsonNode CloneJsonNode() => _node.DeepClone();

    [Benchmark]
    public Node CloneTree() => _tree.DeepClone();

    [Benchmark]
    public bool EqualsJsonNode() => JsonNode.DeepEquals(_node, _otherNode);

    [Benchmark]
    public bool EqualsTree() => Node.DeepEquals(_tree, _otherTree);

    [Benchmark]
    public int WalkJsonNode() => Walk(_node);

    [Benchmark]
    public int WalkTree() => Walk(_tree);

    private static int Walk(JsonNode? node) => node switch
    {
        JsonObject map => map.Sum(p => p.Key.Length + Walk(p.Value)),
        JsonArray list => list.Sum(Walk),
        JsonValue value => value.ToString().Length,
        _ => 0,
    };

    private static int Walk(Node node)
    {
        var sum = 0;
        switch (node)
        {
            case MapNode map:
                for (var i = 0; i < map.Count; i++)
                {
                    ref readonly var entry = ref map.EntryAt(i);
                    sum += entry.Key.Length + Walk(entry.Value);
                }

                break;
            case ListNode list:
                for (var i = 0; i < list.Count; i++)
                {
                    sum += Walk(list[i]);
                }

                break;
            case ScalarNode scalar:
                sum += scalar.Text.Length;
                break;
        }

        return sum;
    }
}
