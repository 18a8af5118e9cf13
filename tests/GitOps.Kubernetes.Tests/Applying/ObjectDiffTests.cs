using CsCheck;
using GitOps.Kubernetes.Applying;
using GitOps.Schema;
using static GitOps.Kubernetes.Tests.TestObjects;

namespace GitOps.Kubernetes.Tests.Applying;

public sealed class ObjectDiffTests
{
    private static SchemaType Deployment => BuiltInSchema.Find("apps/v1", "Deployment")!;

    [Fact]
    public void Compare_KeyedListReordered_MatchesItemsByTheirKey()
    {
        var before = Pods("""[{"name":"a","image":"1"},{"name":"b","image":"1"}]""");
        var after = Pods("""[{"name":"b","image":"2"},{"name":"a","image":"1"},{"name":"c"}]""");

        ObjectDiff.Compare(before, after, Deployment).Should().Equal(
            new FieldChange("spec.template.spec.containers[name=b].image", "\"1\"", "\"2\""),
            new FieldChange("spec.template.spec.containers[name=c]", null, """{"name":"c"}"""));
    }

    [Fact]
    public void Compare_TwoKeysOfWhichOneIsDefaulted_MatchesTheItem()
    {
        var before = Pods("""[{"name":"a","ports":[{"containerPort":80,"protocol":"TCP"},{"containerPort":80,"protocol":"UDP"}]}]""");
        var after = Pods("""[{"name":"a","ports":[{"containerPort":80,"protocol":"UDP"},{"containerPort":80,"name":"http"}]}]""");

        ObjectDiff.Compare(before, after, Deployment).Should().Equal(
            new FieldChange("spec.template.spec.containers[name=a].ports[containerPort=80,protocol=TCP].name", null, "\"http\""),
            new FieldChange("spec.template.spec.containers[name=a].ports[containerPort=80,protocol=TCP].protocol", "\"TCP\"", null));
    }

    [Fact]
    public void Compare_Set_TellsEachValueThatCameOrWent()
    {
        var before = Map("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","finalizers":["x/one","x/two"]} }""");
        var after = Map("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","finalizers":["x/two","x/three"]} }""");

        ObjectDiff.Compare(before, after, BuiltInSchema.Find("v1", "ConfigMap")!).Should().Equal(
            new FieldChange("metadata.finalizers[x/three]", null, "\"x/three\""),
            new FieldChange("metadata.finalizers[x/one]", "\"x/one\"", null));
    }

    [Fact]
    public void Compare_AtomicListWithAnItemPutIn_ShowsThatItemOnly()
    {
        var before = Pods("""[{"name":"a"}]""", """[{"key":"one"},{"key":"three"}]""");
        var after = Pods("""[{"name":"a"}]""", """[{"key":"one"},{"key":"two"},{"key":"three"}]""");

        ObjectDiff.Compare(before, after, Deployment).Should().Equal(new FieldChange("spec.template.spec.tolerations[1]", null, """{"key":"two"}"""));
    }

    [Fact]
    public void Compare_OrderOfAKeyedListOnly_ShowsTheList()
    {
        ObjectDiff.Compare(Pods("""[{"name":"a"},{"name":"b"}]"""), Pods("""[{"name":"b"},{"name":"a"}]"""), Deployment)
            .Should().ContainSingle().Which.Path.Should().Be("spec.template.spec.containers");
    }

    [Fact]
    public void Compare_KeyThatStandsTwice_FallsBackToPlaces()
    {
        var before = Pods("""[{"name":"a","env":[{"name":"X","value":"1"},{"name":"X","value":"2"}]}]""");
        var after = Pods("""[{"name":"a","env":[{"name":"X","value":"1"},{"name":"X","value":"3"}]}]""");

        ObjectDiff.Compare(before, after, Deployment).Should().Equal(new FieldChange("spec.template.spec.containers[name=a].env[1].value", "\"2\"", "\"3\""));
    }

    [Fact]
    public void Compare_CustomKind_TakesTheKeysFromItsOwnSchema()
    {
        var type = CustomSchema.Read(Map("""
            {"type":"object","properties":{"spec":{"type":"object","properties":{
              "routes":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["host"],"items":{"type":"object","properties":{"host":{"type":"string"},"to":{"type":"string"} } } },
              "names":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"} },
              "rules":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"to":{"type":"string"} } } } } } } }
            """));
        var before = Map("""{"apiVersion":"e.io/v1","kind":"R","spec":{"routes":[{"host":"a","to":"1"},{"host":"b","to":"1"}],"names":["x"],"rules":[{"name":"p","to":"1"},{"name":"q","to":"1"}]} }""");
        var after = Map("""{"apiVersion":"e.io/v1","kind":"R","spec":{"routes":[{"host":"b","to":"2"},{"host":"a","to":"1"}],"names":["y"],"rules":[{"name":"q","to":"1"},{"name":"q","to":"1"}]} }""");

        ObjectDiff.Compare(before, after, type).Should().Equal(
            new FieldChange("spec.routes[host=b].to", "\"1\"", "\"2\""),
            new FieldChange("spec.names[y]", null, "\"y\""),
            new FieldChange("spec.names[x]", "\"x\"", null),
            new FieldChange("spec.rules[0].name", "\"p\"", "\"q\""));
    }

    [Fact]
    public void Compare_ServerFieldsAndStatus_DoNotCount()
    {
        var before = Map("""{"metadata":{"resourceVersion":"1","generation":1,"labels":{"a":"1"} },"status":{"x":1} }""");
        var after = Map("""{"metadata":{"resourceVersion":"2","generation":2,"labels":{"a":"1"} },"status":{"x":2} }""");

        ObjectDiff.Compare(before, after, SchemaType.Deduced).Should().BeEmpty();
    }

    [Fact]
    public void Compare_IgnoredPointer_IsLeftOutWithAllBelowIt()
    {
        var before = Pods("""[{"name":"a","image":"1"}]""");
        var after = Pods("""[{"name":"a","image":"2"}]""");

        ObjectDiff.Compare(before, after, Deployment, IgnoreRules.Test(["/spec/template/spec/containers/0"])).Should().BeEmpty();
        ObjectDiff.Compare(before, after, Deployment, IgnoreRules.Test(["/spec/template/spec/containers/0/ima"])).Should().ContainSingle();
    }

    [Fact]
    public void Compare_Secret_NeverShowsAValue()
    {
        var type = BuiltInSchema.Find("v1", "Secret")!;
        var before = Map("""{"apiVersion":"v1","kind":"Secret","data":{"a":"b25l","gone":"b25l"} }""");
        var after = Map("""{"apiVersion":"v1","kind":"Secret","data":{"a":"dHdv","new":"b25l"} }""");
        var none = Map("""{"apiVersion":"v1","kind":"Secret"}""");

        foreach (var (a, b) in new[] { (before, after), (none, after), (before, none) })
        {
            var changes = ObjectDiff.Compare(a, b, type);
            changes.Should().NotBeEmpty();
            changes.Should().OnlyContain(c => !$"{c.Before}{c.After}".Contains("b25l") && !$"{c.Before}{c.After}".Contains("dHdv"));
        }
    }

    [Fact]
    public void Compare_AnyTwoObjects_IsEmptyExactlyWhenTheyAreEqual()
    {
        var scalars = Gen.OneOf(Gen.Int[0, 3].Select(i => (Node)ScalarNode.Integer(i)), Gen.Int[0, 2].Select(i => "abc"[i].ToString()).Select(t => (Node)ScalarNode.String(t)));
        var container = Gen.Select(Gen.Int[0, 2].Select(i => "abc"[i].ToString()), scalars, (name, image) =>
        {
            var map = new MapNode();
            map.Set("name", name);
            map.Set("image", image);
            return (Node)map;
        });
        var deployments = Gen.Select(container.Array[0, 4], scalars, scalars.Array[0, 3], (containers, replicas, args) =>
        {
            var root = Map("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"w"} }""");
            root.GetOrAddMap("spec").Set("replicas", replicas);
            var pod = root.GetMap("spec")!.GetOrAddMap("template").GetOrAddMap("spec");
            pod.Set("containers", new ListNode(containers.Select(c => c.DeepClone())));
            pod.Set("tolerations", new ListNode(args.Select(a => a.DeepClone())));
            return root;
        });

        Gen.Select(deployments, deployments).Sample((a, b) =>
            ObjectDiff.Compare(a, b, Deployment).Count == 0 == Node.DeepEquals(a, b) && ObjectDiff.Compare(a, (MapNode)a.DeepClone(), Deployment).Count == 0);
    }

    private static MapNode Pods(string containers, string tolerations = "[]") => Map(
        $$$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"w"},"spec":{"template":{"spec":{"containers":{{{containers}}},"tolerations":{{{tolerations}}} } } } }""");
}
