using System.Text.Json.Nodes;

namespace GitOps.Testing.Tests;

/// <summary>Usual mistakes in built-in kinds, and the fields that the API server names for them.</summary>
public sealed class KindValidationTests
{
    private const string Pod = """{"metadata":{"name":"x"},"spec":{"containers":[{"name":"c","image":"i"}]}}""";
    private const string Deployment = """{"metadata":{"name":"x"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";
    private const string Service = """{"metadata":{"name":"x"},"spec":{"ports":[{"port":80}]}}""";
    private const string Claim = """{"metadata":{"name":"x"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""";
    private const string Job = """{"metadata":{"name":"x"},"spec":{"completionMode":"Indexed","completions":3,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}""";
    private const string Autoscaler = """{"metadata":{"name":"x"},"spec":{"maxReplicas":3,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"}}}""";
    private const string Event = """{"metadata":{"name":"x"},"eventTime":"2021-02-03T04:05:06.000007Z","reportingController":"c","reportingInstance":"i","action":"a","reason":"r","type":"Normal","regarding":{"namespace":"default"}}""";
    private const string Empty = """{"metadata":{"name":"x"},"spec":{}}""";

    public static TheoryData<string, string, string, string, string> Mistakes { get; } = new()
    {
        { "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"x"}}""", "metadata", """{"name":"Upper_Case"}""", "metadata.name" },
        { "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"x"}}""", "metadata", """{"name":"x","labels":{"a/b/c":"d"}}""", "metadata.labels" },
        { "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"x"}}""", "metadata", """{"name":"x","finalizers":["one-word"]}""", "metadata.finalizers[0]" },
        { "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"x"}}""", "metadata", """{"name":"x","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p"}]}""", "metadata.ownerReferences.uid" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.containers", """[{"name":"c","image":"i"},{"name":"c","image":"i"}]""", "spec.containers[1].name" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.containers", """[{"name":"c","image":"i","ports":[{"containerPort":70000}]}]""", "spec.containers[0].ports[0].containerPort" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.containers", """[{"name":"c","image":"i","livenessProbe":{}}]""", "spec.containers[0].livenessProbe" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.containers", """[{"name":"c","image":"i","env":[{"name":"a","valueFrom":{}}]}]""", "spec.containers[0].env[0].valueFrom" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.containers", """[{"name":"c","image":"i","volumeMounts":[{"name":"v","mountPath":"/m"}]}]""", "spec.containers[0].volumeMounts[0].name" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.containers", """[{"name":"c","image":"i","resources":{"limits":{"cpu":"1"},"requests":{"cpu":"2"}}}]""", "spec.containers[0].resources.requests" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.volumes", """[{"name":"v","hostPath":{"path":"/a/../b"}}]""", "spec.volumes[0].hostPath.path" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.tolerations", """[{"key":"k","operator":"Never"}]""", "spec.tolerations[0].operator" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.dnsPolicy", "\"None\"", "spec.dnsConfig" },
        { "/apis/apps/v1/namespaces/default/deployments", Deployment, "spec.selector", "null", "spec.selector spec.template.metadata.labels" },
        { "/apis/apps/v1/namespaces/default/deployments", Deployment, "spec.selector", """{"matchLabels":{"z":"z"}}""", "spec.template.metadata.labels" },
        { "/apis/apps/v1/namespaces/default/deployments", Deployment, "spec.strategy", """{"type":"Recreate","rollingUpdate":{}}""", "spec.strategy.rollingUpdate" },
        { "/apis/apps/v1/namespaces/default/deployments", Deployment, "spec.template.spec.ephemeralContainers", """[{"name":"e","image":"i"}]""", "spec.template.spec.ephemeralContainers" },
        { "/apis/apps/v1/namespaces/default/deployments", Deployment, "spec.progressDeadlineSeconds", "0", "spec.progressDeadlineSeconds" },
        { "/api/v1/namespaces/default/services", Service, "spec.ports", """[{"port":80},{"port":81}]""", "spec.ports[0].name spec.ports[1].name" },
        { "/api/v1/namespaces/default/services", Service, "spec.clusterIP", "\"nonsense\"", "spec.clusterIPs[0]" },
        { "/api/v1/namespaces/default/services", Service, "spec.externalTrafficPolicy", "\"Local\"", "spec.externalTrafficPolicy" },
        { "/api/v1/namespaces/default/persistentvolumeclaims", Claim, "spec.resources", "{}", "spec.resources[storage]" },
        { "/apis/batch/v1/namespaces/default/cronjobs", """{"metadata":{"name":"x"},"spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}""", "spec.schedule", "\"every day\"", "spec.schedule" },
        { "/apis/networking.k8s.io/v1/namespaces/default/ingresses", Empty, "spec.rules", """[{"host":"1.2.3.4"}]""", "spec.rules[0].host" },
        { "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", Empty, "spec.ingress", """[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/8"]}}]}]""", "spec.ingress[0].from[0].ipBlock.except[0]" },
        { "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", Empty, "spec.scaleTargetRef", """{"apiVersion":"apps/v1","kind":"Deployment","name":"d"}""", "spec.maxReplicas" },
        { "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", Autoscaler, "spec.scaleTargetRef", """{"apiVersion":"v1","kind":"Pod","name":"d"}""", "spec.scaleTargetRef.apiVersion" },
        { "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", Autoscaler, "spec.metrics", """[{"type":"Pods","pods":{"metric":{"name":"m"},"target":{"type":"Value","value":"1"}}}]""", "spec.metrics[0].pods.target.averageValue" },
        { "/apis/batch/v1/namespaces/default/jobs", Job, "spec.maxFailedIndexes", "1", "spec.backoffLimitPerIndex" },
        { "/apis/batch/v1/namespaces/default/jobs", Job, "spec.managedBy", "\"nobody\"", "spec.managedBy" },
        { "/apis/batch/v1/namespaces/default/jobs", Job, "spec.podFailurePolicy", """{"rules":[{"action":"Count","onExitCodes":{"operator":"In","values":[2,1]}}]}""", "spec.podFailurePolicy.rules[0].onExitCodes.values" },
        { "/apis/batch/v1/namespaces/default/jobs", Job, "spec.successPolicy", """{"rules":[{"succeededIndexes":"0-7"}]}""", "spec.successPolicy.rules[0].succeededIndexes" },
        { "/apis/batch/v1/namespaces/default/jobs", Job, "spec.successPolicy", """{"rules":[{"succeededIndexes":"0,2","succeededCount":3}]}""", "spec.successPolicy.rules[0].succeededCount" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.os", """{"name":"beos"}""", "spec.os" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.schedulingGates", """[{"name":"g"},{"name":"g"}]""", "spec.schedulingGates[1]" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.resources", """{"limits":{"ephemeral-storage":"1Gi"}}""", "spec.resources.limits[ephemeral-storage]" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.resourceClaims", """[{"name":"r"}]""", "spec.resourceClaims[0]" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.containers", """[{"name":"c","image":"i","resources":{"claims":[{"name":"r"}]}}]""", "spec.containers[0].resources.claims[0]" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.containers", """[{"name":"c","image":"i","resizePolicy":[{"resourceName":"disk","restartPolicy":"NotRequired"}]}]""", "spec.containers[0].resizePolicy" },
        { "/api/v1/namespaces/default/pods", Pod, "spec.containers", """[{"name":"c","image":"i","lifecycle":{"preStop":{"sleep":{"seconds":31}}}}]""", "spec.containers[0].lifecycle.preStop.sleep" },
        { "/api/v1/namespaces/default/services", Service, "spec.trafficDistribution", "\"Anywhere\"", "spec.trafficDistribution" },
        { "/api/v1/namespaces/default/services", Service, "spec.clusterIPs", """["10.0.0.9"]""", "spec.clusterIPs" },
        { "/apis/events.k8s.io/v1/namespaces/default/events", Event, "type", "\"Odd\"", "type" },
        { "/apis/events.k8s.io/v1/namespaces/default/events", Event, "deprecatedCount", "2", "count" },
        { "/apis/apps/v1/namespaces/default/controllerrevisions", """{"metadata":{"name":"x"},"revision":1}""", "revision", "2", "data" },
        { "/apis/policy/v1/namespaces/default/poddisruptionbudgets", Empty, "spec.minAvailable", "\"150%\"", "spec.minAvailable" },
        { "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", """{"metadata":{"name":"x"}}""", "rules", """[{"verbs":["get"]}]""", "rules[0].apiGroups rules[0].resources" },
        { "/apis/coordination.k8s.io/v1/namespaces/default/leases", Empty, "spec.leaseDurationSeconds", "0", "spec.leaseDurationSeconds" },
        { "/apis/scheduling.k8s.io/v1/priorityclasses", """{"metadata":{"name":"x"}}""", "value", "2000000000", "value" },
        { "/api/v1/namespaces/default/limitranges", Empty, "spec.limits", """[{"type":"Container","min":{"cpu":"2"},"max":{"cpu":"1"}}]""", "spec.limits[0].defaultRequest[cpu] spec.limits[0].default[cpu] spec.limits[0].min[cpu]" },
        { "/api/v1/namespaces/default/resourcequotas", Empty, "spec.hard", """{"pods":"1.5"}""", "spec.hard[pods]" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Create_WithOneMistake_NamesItsFields(string path, string good, string field, string value, string fields)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        var body = JsonNode.Parse(good)!;
        var parts = field.Split('.');
        var parent = parts[..^1].Aggregate(body, static (node, part) => node[part]!);
        parent[parts[^1]] = JsonNode.Parse(value);

        var (status, answer) = await client.SendAsync("POST", path, body.ToJsonString());

        status.Should().Be(422, "the answer was {0}", answer.ToJsonString());
        answer["reason"]!.ToString().Should().Be("Invalid");
        answer["details"]!["causes"]!.AsArray().Select(static c => c!["field"]!.ToString()).Distinct().Order(StringComparer.Ordinal).Should().Equal(fields.Split(' '));
    }

    [Theory]
    [InlineData("/api/v1/namespaces/default/pods", Pod)]
    [InlineData("/apis/apps/v1/namespaces/default/deployments", Deployment)]
    [InlineData("/api/v1/namespaces/default/services", Service)]
    [InlineData("/api/v1/namespaces/default/persistentvolumeclaims", Claim)]
    public async Task Create_WithoutMistakes_IsDone(string path, string body)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        (await client.SendAsync("POST", path, body)).Status.Should().Be(201);
    }

    [Theory]
    [InlineData("{\"type\":\"string\",\"default\":5}", "default")]
    [InlineData("{\"type\":\"string\",\"enum\":[\"a\"],\"default\":\"b\"}", "default")]
    [InlineData("{\"type\":\"string\",\"pattern\":\"[\"}", "pattern")]
    [InlineData("{\"type\":\"object\",\"x-kubernetes-embedded-resource\":true}", "properties")]
    [InlineData("{\"type\":\"object\",\"oneOf\":[{\"type\":\"object\"}]}", "oneOf[0].type")]
    [InlineData("{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"string\"}},\"default\":{\"z\":1}}", "default")]
    public async Task Create_CrdWithAWrongSchema_NamesThePlace(string schema, string place)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (status, answer) = await client.SendAsync("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
            {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},
             "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"a":SCHEMA}}}}]}}
            """.Replace("SCHEMA", schema, StringComparison.Ordinal));

        status.Should().Be(422);
        answer["details"]!["causes"]!.AsArray().Should().ContainSingle().Which!["field"]!.ToString().Should().Be("spec.validation.openAPIV3Schema.properties[a]." + place);
    }
}
