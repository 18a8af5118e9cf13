using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using GitOps.Json;
using GitOps.Schema;
using GitOps.TypedMerge;

namespace GitOps.Core.Tests.TypedMerge;

public sealed class JsonDiffTests
{
    private static readonly SchemaType Deployment = BuiltInSchema.Find("apps/v1", "Deployment")!;
    private static readonly SchemaType Service = BuiltInSchema.Find("v1", "Service")!;

    [Fact]
    public void Compare_AnyTwoObjects_EqualsTheTreeComparison()
    {
        Gen.Select(Containers(), Containers()).Sample((left, right) =>
        {
            var a = Encoding.UTF8.GetBytes(left);
            var b = Encoding.UTF8.GetBytes(right);
            var fast = JsonDiff.Compare(Deployment, a, b);
            var slow = TypedCompare.Compare(Deployment, JsonTreeReader.Read(a), JsonTreeReader.Read(b));
            return fast.Removed.Equals(slow.Removed) && fast.Modified.Equals(slow.Modified) && fast.Added.Equals(slow.Added);
        });
    }

    [Fact]
    public void Compare_OneImage_NamesThatField()
    {
        var result = JsonDiff.Compare(
            Deployment,
            """{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"x:1"},{"name":"b","image":"y:1"}]}}}}"""u8,
            """{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"x:1"},{"name":"b","image":"y:2"}]}}}}"""u8);

        result.Modified.ToString().Should().Be(".spec.template.spec.containers[name=\"b\"].image");
        result.Added.IsEmpty.Should().BeTrue();
        result.Removed.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void Compare_KeyWithDefault_IsTheSameItem()
    {
        var result = JsonDiff.Compare(Service, """{"spec":{"ports":[{"port":80}]}}"""u8, """{"spec":{"ports":[{"port":80,"protocol":"TCP"}]}}"""u8);

        result.Added.ToString().Should().Be(".spec.ports[port=80,protocol=\"TCP\"].protocol");
        result.Removed.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void Compare_OneField_AllocatesLittle()
    {
        var live = """{"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"a","image":"x:1","env":[{"name":"A","value":"1"}]}]}}}}"""u8.ToArray();
        var other = """{"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"a","image":"x:2","env":[{"name":"A","value":"1"}]}]}}}}"""u8.ToArray();
        JsonDiff.Compare(Deployment, live, other);

        var before = GC.GetAllocatedBytesForCurrentThread();
        JsonDiff.Compare(Deployment, live, other);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(8 * 1024);
    }

    private static Gen<string> Containers()
    {
        var port = Gen.Select(Gen.Int[80, 82], Gen.Int[0, 2], (number, kind) => (JsonNode)(kind switch
        {
            0 => new JsonObject { ["containerPort"] = number },
            1 => new JsonObject { ["containerPort"] = number, ["protocol"] = "TCP" },
            _ => new JsonObject { ["protocol"] = "UDP", ["containerPort"] = number },
        }));
        var container = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], port.Array[0, 3], Gen.Int[0, 3], (name, image, ports, args) => (JsonNode)new JsonObject
        {
            ["name"] = $"c{name}",
            ["image"] = $"i:{image}",
            ["ports"] = new JsonArray([.. ports.Select(p => p.DeepClone())]),
            ["args"] = args == 0 ? null : new JsonArray([.. Enumerable.Range(0, args).Select(a => (JsonNode)$"{a}")]),
        });
        return Gen.Select(container.Array[0, 4], Gen.Int[0, 3], Gen.Bool, (containers, replicas, labels) => new JsonObject
        {
            ["metadata"] = labels ? new JsonObject { ["labels"] = new JsonObject { ["a\"b"] = "1", ["c"] = "2" }, ["finalizers"] = new JsonArray("x/y") } : new JsonObject(),
            ["spec"] = new JsonObject
            {
                ["replicas"] = replicas == 0 ? null : replicas,
                ["template"] = new JsonObject { ["spec"] = new JsonObject { ["containers"] = new JsonArray([.. containers.Select(c => c.DeepClone())]) } },
            },
        }.ToJsonString());
    }
}
