using System.Text.Json.Nodes;

namespace GitOps.Testing.Tests;

/// <summary>Mistakes in kinds that came in later or are rare: devices, flow control, admission policies, addresses, classes.</summary>
public sealed class NewerKindsTests
{
    private const string Claims = "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims";
    private const string Classes = "/apis/resource.k8s.io/v1/deviceclasses";
    private const string Slices = "/apis/resource.k8s.io/v1/resourceslices";
    private const string Flows = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas";
    private const string Levels = "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations";
    private const string Admission = "/apis/admissionregistration.k8s.io/v1/";
    private const string Addresses = "/apis/networking.k8s.io/v1/ipaddresses";
    private const string Ranges = "/apis/networking.k8s.io/v1/servicecidrs";
    private const string Runtimes = "/apis/node.k8s.io/v1/runtimeclasses";
    private const string Attributes = "/apis/storage.k8s.io/v1/volumeattributesclasses";
    private const string Capacities = "/apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities";

    private const string Claim = """{"metadata":{"name":"x"},"spec":{"devices":{"requests":[{"name":"gpu","exactly":{"deviceClassName":"gpu.example.com"}}],"constraints":[{"requests":["gpu"],"matchAttribute":"example.com/numa"}],"config":[{"opaque":{"driver":"example.com","parameters":{"a":1}}}]}}}""";
    private const string Class = """{"metadata":{"name":"x"},"spec":{"selectors":[{"cel":{"expression":"true"}}],"extendedResourceName":"example.com/gpu"}}""";
    private const string Slice = """{"metadata":{"name":"x"},"spec":{"driver":"example.com","pool":{"name":"p","generation":1,"resourceSliceCount":1},"nodeName":"n","devices":[{"name":"d0","attributes":{"model":{"string":"a"}},"capacity":{"memory":{"value":"1Gi"}}}]}}""";
    private const string Flow = """{"metadata":{"name":"x"},"spec":{"priorityLevelConfiguration":{"name":"p"},"rules":[{"subjects":[{"kind":"User","user":{"name":"u"}}],"resourceRules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"],"namespaces":["*"]}]}]}}""";
    private const string Level = """{"metadata":{"name":"x"},"spec":{"type":"Limited","limited":{"limitResponse":{"type":"Queue","queuing":{}}}}}""";
    private const string Policy = """{"metadata":{"name":"x"},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["pods"]}]},"validations":[{"expression":"true"}]}}""";
    private const string Mutation = """{"metadata":{"name":"x"},"spec":{"reinvocationPolicy":"Never","matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["pods"]}]},"mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"[]"}}]}}""";
    private const string Binding = """{"metadata":{"name":"x"},"spec":{"policyName":"p","validationActions":["Deny"]}}""";
    private const string Address = """{"metadata":{"name":"192.168.1.5"},"spec":{"parentRef":{"resource":"services","name":"s","namespace":"n"}}}""";
    private const string Range = """{"metadata":{"name":"x"},"spec":{"cidrs":["10.1.0.0/16"]}}""";
    private const string Runtime = """{"metadata":{"name":"x"},"handler":"runc"}""";
    private const string AttributesClass = """{"metadata":{"name":"x"},"driverName":"d","parameters":{"iops":"5"}}""";
    private const string Capacity = """{"metadata":{"name":"x"},"storageClassName":"s","capacity":"1Gi"}""";

    public static TheoryData<string, string> Good { get; } = new()
    {
        { Claims, Claim }, { Classes, Class }, { Slices, Slice }, { Flows, Flow }, { Levels, Level }, { Admission + "validatingadmissionpolicies", Policy },
        { Admission + "mutatingadmissionpolicies", Mutation }, { Admission + "validatingadmissionpolicybindings", Binding }, { Addresses, Address }, { Ranges, Range },
        { Runtimes, Runtime }, { Attributes, AttributesClass }, { Capacities, Capacity },
    };

    public static TheoryData<string, string, string, string, string> Mistakes { get; } = new()
    {
        { Claims, Claim, "spec.devices.requests", """[{"name":"gpu"}]""", "spec.devices.requests[0]" },
        { Claims, Claim, "spec.devices.requests", """[{"name":"gpu","exactly":{"deviceClassName":"c","allocationMode":"All","count":2}}]""", "spec.devices.requests[0].exactly.count" },
        { Claims, Claim, "spec.devices.requests", """[{"name":"gpu","exactly":{}}]""", "spec.devices.requests[0].exactly.deviceClassName" },
        { Claims, Claim, "spec.devices.requests", """[{"name":"gpu","firstAvailable":[{"name":"a","deviceClassName":"c"},{"name":"a","deviceClassName":"c"}]}]""", "spec.devices.requests[0].firstAvailable[1]" },
        { Claims, Claim, "spec.devices.constraints", """[{"requests":["other"],"matchAttribute":"example.com/numa"}]""", "spec.devices.constraints[0].requests[0]" },
        { Claims, Claim, "spec.devices.constraints", """[{"matchAttribute":"numa"}]""", "spec.devices.constraints[0].matchAttribute" },
        { Claims, Claim, "spec.devices.config", "[{}]", "spec.devices.config[0].opaque" },
        { Classes, Class, "spec.selectors", "[{}]", "spec.selectors[0].cel" },
        { Classes, Class, "spec.extendedResourceName", "\"cpu\"", "spec.extendedResourceName" },
        { Slices, Slice, "spec.nodeName", "null", "spec" },
        { Slices, Slice, "spec.allNodes", "true", "spec" },
        { Slices, Slice, "spec.allNodes", "false", "spec.allNodes" },
        { Slices, Slice, "spec.pool.resourceSliceCount", "0", "spec.pool.resourceSliceCount" },
        { Slices, Slice, "spec.devices", """[{"name":"d","attributes":{"a":{}}}]""", "spec.devices[0].attributes[a]" },
        { Slices, Slice, "spec.devices", """[{"name":"d","attributes":{"a":{"version":"one"}}}]""", "spec.devices[0].attributes[a].version" },
        { Slices, Slice, "spec.devices", """[{"name":"d","nodeName":"n"}]""", "spec.devices[0]" },
        { Slices, Slice, "spec.devices", """[{"name":"d","taints":[{"key":"k"}]}]""", "spec.devices[0].taints[0].effect" },
        { Slices, Slice, "spec.devices", """[{"name":"d","consumesCounters":[{"counterSet":"c"}]}]""", "spec.devices[0].consumesCounters[0].counters" },
        { Flows, Flow, "spec.matchingPrecedence", "1", "spec.matchingPrecedence" },
        { Flows, Flow, "spec.priorityLevelConfiguration", "{}", "spec.priorityLevelConfiguration.name" },
        { Flows, Flow, "spec.rules", """[{"subjects":[{"kind":"Group","user":{"name":"u"}}],"nonResourceRules":[{"verbs":["*"],"nonResourceURLs":["healthz"]}]}]""", "spec.rules[0].nonResourceRules[0].nonResourceURLs[0] spec.rules[0].subjects[0].group spec.rules[0].subjects[0].user" },
        { Flows, Flow, "spec.rules", """[{"subjects":[{"kind":"User","user":{"name":"u"}}]}]""", "spec.rules[0]" },
        { Levels, Level, "spec.type", "\"Exempt\"", "spec.limited spec.type" },
        { Levels, Level, "spec.limited", "null", "spec.limited" },
        { Levels, Level, "spec.limited.limitResponse.queuing", """{"queues":4,"handSize":8}""", "spec.limited.limitResponse.queuing.handSize" },
        { Levels, Level, "spec.limited.limitResponse.queuing", """{"queues":512,"handSize":10}""", "spec.limited.limitResponse.queuing.handSize" },
        { Levels, Level, "spec.limited.limitResponse.type", "\"Reject\"", "spec.limited.limitResponse.queuing" },
        { Admission + "validatingadmissionpolicies", Policy, "spec.matchConstraints", "null", "spec.matchConstraints" },
        { Admission + "validatingadmissionpolicies", Policy, "spec.validations", "[]", "spec.auditAnnotations spec.validations" },
        { Admission + "validatingadmissionpolicies", Policy, "spec.validations", """[{"expression":" "}]""", "spec.validations[0].expression" },
        { Admission + "validatingadmissionpolicies", Policy, "spec.variables", """[{"name":"in","expression":"1"}]""", "spec.variables[0].name" },
        { Admission + "validatingadmissionpolicies", Policy, "spec.paramKind", """{"apiVersion":"a/b/c","kind":"K"}""", "spec.paramKind.apiVersion" },
        { Admission + "mutatingadmissionpolicies", Mutation, "spec.mutations", """[{"patchType":"Other"}]""", "spec.mutations[0].patchType" },
        { Admission + "mutatingadmissionpolicies", Mutation, "spec.mutations", "[]", "spec.mutations" },
        { Admission + "validatingadmissionpolicybindings", Binding, "spec.validationActions", """["Deny","Warn"]""", "spec.validationActions" },
        { Admission + "validatingadmissionpolicybindings", Binding, "spec.paramRef", """{"name":"a"}""", "spec.paramRef.parameterNotFoundAction" },
        { Admission + "validatingadmissionpolicybindings", Binding, "spec.policyName", "\"\"", "spec.policyName" },
        { Addresses, Address, "metadata", """{"name":"host"}""", "metadata.name" },
        { Addresses, Address, "spec", "{}", "spec.parentRef" },
        { Ranges, Range, "spec.cidrs", "[]", "spec.cidrs" },
        { Ranges, Range, "spec.cidrs", """["10.1.2.3/16"]""", "spec.cidrs[0]" },
        { Ranges, Range, "spec.cidrs", """["10.1.0.0/16","10.2.0.0/16"]""", "spec.cidrs" },
        { Runtimes, Runtime, "handler", "\"\"", "handler" },
        { Runtimes, Runtime, "overhead", """{"podFixed":{"cpu":"-1"}}""", "overhead.limits[cpu]" },
        { Runtimes, Runtime, "scheduling", """{"tolerations":[{"operator":"Never"}]}""", "scheduling.tolerations[0].operator scheduling.tolerations[0].operator" },
        { Attributes, AttributesClass, "parameters", "{}", "parameters" },
        { Attributes, AttributesClass, "driverName", "\"a b\"", "driverName" },
        { Capacities, Capacity, "capacity", "\"-1\"", "capacity" },
        { Capacities, Capacity, "storageClassName", "\"A\"", "storageClassName" },
        { "/apis/storage.k8s.io/v1/csidrivers", """{"metadata":{"name":"x"},"spec":{}}""", "spec.tokenRequests", """[{"audience":"a"},{"audience":"b","expirationSeconds":5}]""", "spec.tokenRequests[1].expirationSeconds" },
    };

    public static TheoryData<string, string, string, string> Fixed { get; } = new()
    {
        { Claims, Claim, """{"spec":{"devices":{"config":null}}}""", "spec" },
        { Slices, Slice, """{"spec":{"driver":"other.example.com"}}""", "spec.driver" },
        { Addresses, Address, """{"spec":{"parentRef":{"name":"t"}}}""", "spec.parentRef" },
        { Ranges, Range, """{"spec":{"cidrs":["10.2.0.0/16"]}}""", "spec.cidrs[0]" },
        { Runtimes, Runtime, """{"handler":"kata"}""", "handler" },
        { Attributes, AttributesClass, """{"parameters":{"iops":"6"}}""", "parameters" },
        { Capacities, Capacity, """{"storageClassName":"t"}""", "storageClassName" },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public async Task Create_Good_IsAccepted(string path, string good)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);

        var (status, body) = await client.SendAsync("POST", path, good);

        status.Should().Be(201, body.ToJsonString());
    }

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

        status.Should().Be(422, answer.ToJsonString());
        Fields(answer).Should().Be(fields);
    }

    [Theory]
    [MemberData(nameof(Fixed))]
    public async Task Update_OfAFixedField_IsRefused(string path, string good, string change, string fields)
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", path, good);
        var name = JsonNode.Parse(good)!["metadata"]!["name"]!.ToString();

        var (status, answer) = await client.SendAsync("PATCH", $"{path}/{name}", change, "application/merge-patch+json");

        status.Should().Be(422, answer.ToJsonString());
        Fields(answer).Should().Be(fields);
    }

    [Fact]
    public async Task ServiceRange_OfTheOtherFamily_MayBeAdded()
    {
        await using var cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new ClusterClient(cluster);
        await client.SendAsync("POST", Ranges, Range);

        var (status, _) = await client.SendAsync("PATCH", Ranges + "/x", """{"spec":{"cidrs":["10.1.0.0/16","2001:db8::/64"]}}""", "application/merge-patch+json");

        status.Should().Be(200);
    }

    private static string Fields(JsonNode answer) =>
        string.Join(' ', answer["details"]!["causes"]!.AsArray().Select(static c => c!["field"]!.ToString()).Order(StringComparer.Ordinal));
}
