using GitOps.Kubernetes.Drifting;
using GitOps.Schema;
using static GitOps.Kubernetes.Tests.TestObjects;

namespace GitOps.Kubernetes.Tests.Drifting;

public sealed class OwnedDiffTests
{
    private static SchemaType Service => BuiltInSchema.Find("v1", "Service")!;

    [Fact]
    public void Compare_ItemWithoutAName_IsFoundByItsKeysAndTheirDefaults()
    {
        var desired = Map("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":80,"targetPort":8080},{"port":443,"targetPort":8443}]} }""");
        var live = Map("""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"s","managedFields":[
               {"manager":"gitops","operation":"Apply","apiVersion":"v1","fieldsV1":{"f:spec":{"f:ports":{"k:{\"port\":443,\"protocol\":\"TCP\"}":{".":{},"f:port":{},"f:targetPort":{} },"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{} } } } } },
               {"manager":"mallory","operation":"Update","apiVersion":"v1","time":"2026-01-01T00:00:00Z","fieldsV1":{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{"f:targetPort":{} } } } } }]},
             "spec":{"ports":[{"port":443,"protocol":"TCP","targetPort":8443},{"port":80,"protocol":"TCP","targetPort":9999}]} }
            """);

        var (fields, manager, time) = OwnedDiff.Compare(desired, live, Service, "gitops", []);

        fields.Should().Equal(new FieldChange("spec.ports[port=80,protocol=TCP].targetPort", "9999", "8080"));
        manager.Should().Be("mallory");
        time.Should().Be(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Compare_ItemOfOursThatSomebodyRemoved_IsNamed()
    {
        var desired = Map("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"s","finalizers":["a/b"]},"spec":{"ports":[{"port":80,"protocol":"TCP"},{"port":81,"protocol":"TCP"}]} }""");
        var live = Map("""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"s","managedFields":[
               {"manager":"gitops","operation":"Apply","apiVersion":"v1","fieldsV1":{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{},"f:protocol":{} } } } } }]},
             "spec":{"ports":[{"port":80,"protocol":"TCP"}]} }
            """);

        OwnedDiff.Compare(desired, live, Service, "gitops", []).Fields.Should().BeEquivalentTo(
        [
            new FieldChange("metadata.finalizers", null, """["a/b"]"""),
            new FieldChange("spec.ports[port=81,protocol=TCP]", null, """{"port":81,"protocol":"TCP"}"""),
        ]);
    }

    [Fact]
    public void Compare_Secret_ShowsNoValue()
    {
        var desired = Map("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"a":"b25l"} }""");
        var live = Map("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","managedFields":[{"manager":"gitops","operation":"Apply","apiVersion":"v1","fieldsV1":{}}]},"data":{"a":"dHdv"} }""");

        OwnedDiff.Compare(desired, live, BuiltInSchema.Find("v1", "Secret")!, "gitops", []).Fields.Should().Equal(new FieldChange("data.a", "\"*** (before)\"", "\"*** (after)\""));
    }
}
