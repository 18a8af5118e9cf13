using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Drifting;
using GitOps.Schema;
using static GitOps.Kubernetes.Tests.TestObjects;

namespace GitOps.Kubernetes.Tests.Applying;

public sealed class ManagedFieldsTests
{
    private const string Live = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"w","resourceVersion":"7","managedFields":[
           {"manager":"gitops","operation":"Apply","apiVersion":"apps/v1","fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:name":{} } } } } } } },
           {"manager":"mallory","operation":"Update","apiVersion":"apps/v1","time":"2026-01-02T03:04:05Z","fieldsV1":{"f:spec":{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{"f:image":{} } } } } } } }]},
         "spec":{"replicas":5,"template":{"spec":{"containers":[{"name":"web","image":"evil"}]} } } }
        """;

    [Fact]
    public void OwnedDiff_FieldsTakenByAnother_AreNamedWithManagerAndTime()
    {
        var desired = Map("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"w"},"spec":{"template":{"spec":{"containers":[{"name":"web","image":"good"}]} } } }""");

        var (fields, manager, time) = OwnedDiff.Compare(desired, Map(Live), BuiltInSchema.Find("apps/v1", "Deployment")!, "gitops", []);

        fields.Should().Equal(new FieldChange("spec.template.spec.containers[name=web].image", "\"evil\"", "\"good\""));
        manager.Should().Be("mallory");
        time.Should().Be(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    }

    [Fact]
    public void Owns_PathThroughAListItem_FollowsItsKey()
    {
        var live = Map(Live);
        var entries = ManagedFields.Of(live).ToList();

        ManagedFields.Owns(entries[1], live, ["spec", "template", "spec", "containers", "0", "image"]).Should().BeTrue();
        ManagedFields.Owns(entries[0], live, ["spec", "template", "spec", "containers", "0", "image"]).Should().BeFalse();
    }

    [Fact]
    public void OwnedState_StatusAndForeignFields_DoNotChangeIt()
    {
        var other = Map(Live);
        other.GetMap("spec")!.Set("replicas", ScalarNode.Integer(9));
        other.Set("status", Map("""{"replicas":9}"""));

        OwnedState.Hash(other, "gitops").Should().Be(OwnedState.Hash(Map(Live), "gitops")).And.NotBeEmpty();
        OwnedState.Hash(other, "nobody").Should().BeEmpty();
    }
}
