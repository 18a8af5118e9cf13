using System.Text;
using BenchmarkDotNet.Attributes;
using GitOps.Json;
using GitOps.Schema;
using GitOps.TypedMerge;

namespace GitOps.Benchmarks.Diff;

/// <summary>From two JSON texts of one Deployment to the set of changed fields, as drift detection does for every change it sees.</summary>
[MemoryDiagnoser]
public class TypedDiffBenchmarks
{
    private readonly SchemaType _type = BuiltInSchema.Find("apps/v1", "Deployment")!;
    private byte[] _live = [];
    private byte[] _same = [];
    private byte[] _image = [];
    private byte[] _grown = [];
    private MapNode _tree = new();
    private MapNode _applied = new();

    [GlobalSetup]
    public void Setup()
    {
        _live = DeploymentText("nginx:1.25", 3, "");
        _same = DeploymentText("nginx:1.25", 3, "");
        _image = DeploymentText("nginx:1.26", 3, "");
        _grown = DeploymentText("nginx:1.26", 5, ""","extra-container":"yes" """);
        _tree = JsonTreeReader.ReadMap(_live);
        _applied = JsonTreeReader.ReadMap(_image);
    }

    [Benchmark]
    public bool Unchanged() => JsonDiff.Compare(_type, _live, _same).IsSame;

    [Benchmark(Baseline = true)]
    public int OneField() => JsonDiff.Compare(_type, _live, _image).Modified.Count;

    [Benchmark]
    public int SeveralFields() => JsonDiff.Compare(_type, _live, _grown).Modified.Count;

    [Benchmark]
    public int ThroughTrees() => TypedCompare.Compare(_type, JsonTreeReader.ReadMap(_live), JsonTreeReader.ReadMap(_image)).Modified.Count;

    [Benchmark]
    public int MergeAndCompare() => TypedCompare.Compare(_type, _tree, TypedMerger.Merge(_type, _tree, _applied)).Modified.Count;

    internal static byte[] DeploymentText(string image, int replicas, string label)
    {
        var containers = new StringBuilder();
        for (var i = 0; i < 3; i++)
        {
            containers.Append(i == 0 ? "" : ",").Append($$$$$"""
                {"name":"c{{{{{i}}}}}","image":"{{{{{(i == 1 ? image : "busybox:1")}}}}}","ports":[{"containerPort":80,"name":"http","protocol":"TCP"},{"containerPort":443,"name":"https","protocol":"TCP"}],
                "env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"configMapKeyRef":{"name":"m","key":"k"}}},{"name":"C","value":"3"}],
                "resources":{"limits":{"cpu":"500m","memory":"256Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},
                "livenessProbe":{"httpGet":{"path":"/healthz","port":80,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
                "volumeMounts":[{"name":"v","mountPath":"/data"},{"name":"w","mountPath":"/etc/app"}],
                "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}
                """);
        }

        return Encoding.UTF8.GetBytes($$$$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"default","uid":"3f1c","resourceVersion":"4711","generation":2,"creationTimestamp":"2026-01-01T00:00:00Z",
            "labels":{"app":"web","app.kubernetes.io/part-of":"shop"{{{{{label}}}}}},"annotations":{"deployment.kubernetes.io/revision":"3"}},
            "spec":{"replicas":{{{{{replicas}}}}},"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{{{{{containers}}}}}],
            "volumes":[{"name":"v","emptyDir":{}},{"name":"w","configMap":{"name":"m","defaultMode":420}}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}},
            "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}},"revisionHistoryLimit":10,"progressDeadlineSeconds":600},
            "status":{"observedGeneration":2,"replicas":3,"updatedReplicas":3,"readyReplicas":3,"availableReplicas":3,
            "conditions":[{"type":"Available","status":"True","lastUpdateTime":"2026-01-01T00:00:00Z","lastTransitionTime":"2026-01-01T00:00:00Z","reason":"MinimumReplicasAvailable","message":"Deployment has minimum availability."}]}}
            """);
    }
}
