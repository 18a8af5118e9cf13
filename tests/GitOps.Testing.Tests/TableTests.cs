namespace GitOps.Testing.Tests;

/// <summary>How objects are printed: what <c>kubectl get</c> and <c>kubectl get -o wide</c> show.</summary>
public sealed class TableTests
{
    private const string Table = "application/json;as=Table;g=meta.k8s.io;v=v1";

    public static TheoryData<string, string, string, string> Printed { get; } = new()
    {
        { "/api/v1/namespaces/default/pods", """{"metadata":{"name":"x"},"spec":{"containers":[{"name":"c","image":"i"}],"readinessGates":[{"conditionType":"a/b"}]}}""", "Name Ready Status Restarts Age IP+ Node+ Nominated Node+ Readiness Gates+", "x 0/1 Pending 0 0s <none> <none> <none> 0/1" },
        { "/api/v1/namespaces/default/services", """{"metadata":{"name":"x"},"spec":{"clusterIP":"None","selector":{"a":"b"},"ports":[{"port":80}]}}""", "Name Type Cluster-IP External-IP Port(s) Age Selector+", "x ClusterIP None <none> 80/TCP 0s a=b" },
        { "/api/v1/namespaces/default/endpoints", """{"metadata":{"name":"x"},"subsets":[{"addresses":[{"ip":"10.9.8.1"},{"ip":"10.9.8.2"}],"ports":[{"name":"a","port":80},{"name":"b","port":81}]}]}""", "Name Endpoints Age", "x 10.9.8.1:80,10.9.8.1:81,10.9.8.2:80 + 1 more... 0s" },
        { "/api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"x"},"secrets":[{"name":"s"}]}""", "Name Age", "x 0s" },
        { "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", """{"metadata":{"name":"x"},"spec":{"podSelector":{"matchExpressions":[{"key":"k","operator":"NotIn","values":["w","v"]}]}}}""", "Name Pod-Selector Age", "x k notin (v,w) 0s" },
        { "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", """{"metadata":{"name":"x"},"spec":{"maxReplicas":3,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"},"metrics":[{"type":"Resource","resource":{"name":"memory","target":{"type":"Utilization","averageUtilization":60}}}]}}""", "Name Reference Targets MinPods MaxPods Replicas Age", "x Deployment/d memory: <unknown>/60% 1 3 0 0s" },
        { "/apis/node.k8s.io/v1/runtimeclasses", """{"metadata":{"name":"x"},"handler":"h"}""", "Name Handler Age", "x h 0s" },
        { "/apis/storage.k8s.io/v1/csidrivers", """{"metadata":{"name":"x"},"spec":{}}""", "Name AttachRequired PodInfoOnMount StorageCapacity TokenRequests RequiresRepublish Modes Age", "x true false false <unset> false Persistent 0s" },
        { "/api/v1/namespaces/default/podtemplates", """{"metadata":{"name":"x"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}""", "Name Containers Images Pod Labels", "x c i a=b" },
        { "/apis/apps/v1/namespaces/default/controllerrevisions", """{"metadata":{"name":"x","ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"s","uid":"u","controller":true}]},"revision":3,"data":{}}""", "Name Controller Revision Age", "x statefulset.apps/s 3 0s" },
        { "/api/v1/persistentvolumes", """{"metadata":{"name":"x"},"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/x"}}}""", "Name Capacity Access Modes Reclaim Policy Status Claim StorageClass VolumeAttributesClass Reason Age VolumeMode+", "x 1Gi RWO Retain Pending   <unset>  0s Filesystem" },
        { "/apis/storage.k8s.io/v1/csinodes", """{"metadata":{"name":"x"},"spec":{"drivers":[{"name":"d","nodeID":"n"}]}}""", "Name Drivers Age", "x 1 0s" },
        { "/apis/storage.k8s.io/v1/volumeattachments", """{"metadata":{"name":"x"},"spec":{"attacher":"a","nodeName":"n","source":{"persistentVolumeName":"p"}}}""", "Name Attacher PV Node Attached Age", "x a p n false 0s" },
    };

    [Theory]
    [MemberData(nameof(Printed))]
    public async Task Get_AsTable_ShowsTheKindsColumns(string path, string body, string columns, string cells)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        var (made, why) = await client.SendAsync("POST", path, body);
        made.Should().Be(201, why.ToString());

        var (_, table) = await client.SendAsync("GET", path + "/x", accept: Table);

        string.Join(' ', table["columnDefinitions"]!.AsArray().Select(c => c!["name"] + (c["priority"]!.GetValue<int>() == 1 ? "+" : ""))).Should().Be(columns);

        // The age is in whole seconds, and a slow machine may need one.
        var shown = table["rows"]![0]!["cells"]!.AsArray().Select(c => c!.ToString());
        string.Join(' ', shown.Select(c => c.Length <= 3 && c.EndsWith('s') && char.IsAsciiDigit(c[0]) ? "0s" : c)).Should().Be(cells);
    }
}
