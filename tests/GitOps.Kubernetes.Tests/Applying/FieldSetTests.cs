using CsCheck;
using GitOps.Kubernetes.Applying;
using GitOps.Schema;
using GitOps.TypedMerge;
using static GitOps.Kubernetes.Tests.TestObjects;
using FieldSet = GitOps.Kubernetes.Applying.FieldSet;

namespace GitOps.Kubernetes.Tests.Applying;

public sealed class FieldSetTests
{
    [Theory]
    [InlineData("f:spec", "spec")]
    [InlineData("f:app.kubernetes.io/name", "[app.kubernetes.io/name]")]
    [InlineData("k:{\"containerPort\":80,\"protocol\":\"TCP\"}", "[containerPort=80,protocol=TCP]")]
    [InlineData("v:\"x\"", "[x]")]
    [InlineData(".", "")]
    public void Describe_EachFormOfAStep_ReadsAsPeopleSayIt(string step, string expected) => FieldSet.Describe(step).Should().Be(expected);

    [Fact]
    public void Step_IntoListsByKeyAndValue_FindsTheItemOrNothing()
    {
        var list = Map("""{"l":[{"name":"a","v":1},{"name":"b","v":2}],"s":["x","y"],"n":[1,2]}""");

        ((MapNode)FieldSet.Step(list["l"], "k:{\"name\":\"b\"}")!).GetString("v").Should().Be("2");
        FieldSet.Step(list["l"], "k:{\"name\":\"c\"}").Should().BeNull();
        FieldSet.Step(list["s"], "v:\"y\"").Should().BeSameAs(list.GetList("s")![1]);
        FieldSet.Step(list["n"], "v:2").Should().NotBeNull();
        FieldSet.Step(list["l"], "i:1").Should().BeSameAs(list.GetList("l")![1]);
        FieldSet.Step(list["l"], "i:7").Should().BeNull();
        FieldSet.Step(list["l"], "k:{broken").Should().BeNull("a server's book may hold what we cannot read");
    }

    [Fact]
    public void RemoveUnless_FieldsOfOthers_Stay()
    {
        var live = Map("""{"data":{"ours":"1","both":"2","theirs":"3"},"list":[{"name":"a","x":"1"},{"name":"b","x":"1"}]}""");

        FieldSet.RemoveUnless(live,
            Map("""{"f:data":{"f:ours":{},"f:both":{}},"f:list":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:x":{}}}}"""),
            Map("""{"f:data":{"f:both":{}},"f:list":{}}"""));

        live.Should().Match<MapNode>(m => Node.DeepEquals(m, Map("""{"data":{"both":"2","theirs":"3"},"list":[{"name":"b","x":"1"}]}""")));
    }

    [Fact]
    public void AddAll_AnyTwoSets_HoldsBothAndIsIdempotent()
    {
        var sets = Gen.Int[0, 3].Array[0, 12].Select(steps =>
        {
            var root = new MapNode();
            var at = root;
            foreach (var step in steps)
            {
                at = step == 3 ? root : at.GetOrAddMap("f:" + "abc"[step]);
            }

            return root;
        });
        Gen.Select(sets, sets).Sample((a, b) =>
        {
            var union = (MapNode)a.DeepClone();
            FieldSet.AddAll(union, b);
            var again = (MapNode)union.DeepClone();
            FieldSet.AddAll(again, a);
            FieldSet.AddAll(again, b);
            return Node.DeepEquals(union, again) && Holds(union, a) && Holds(union, b);
        });
    }

    [Fact]
    public void Step_EveryElementOfATypedSet_LeadsToItsItem()
    {
        var ports = BuiltInSchema.Find("v1", "Service")!.At("spec", "ports")!;
        Gen.Select(Gen.Int[1, 9], Gen.Bool).Array[0, 6].Sample(items =>
        {
            var list = new ListNode(items.Distinct().Select(i =>
            {
                var port = new MapNode();
                port.Set("port", ScalarNode.Integer(i.Item1));
                port.Set("protocol", i.Item2 ? "TCP" : "UDP");
                return (Node)port;
            }));
            return list.All(item => ReferenceEquals(FieldSet.Step(list, ListItem.Element(ports, item, out _)!), item));
        });
    }

    private static bool Holds(MapNode set, MapNode part) => part.All(p => set[p.Key] is MapNode inner && Holds(inner, (MapNode)p.Value));
}
