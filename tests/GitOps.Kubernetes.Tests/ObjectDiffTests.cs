using GitOps.Kubernetes.Applying;
using static GitOps.Kubernetes.Tests.TestObjects;

namespace GitOps.Kubernetes.Tests;

public sealed class ObjectDiffTests
{
    [Fact]
    public void Compare_ItemsWithNames_NamesTheItem()
    {
        var before = Map("""{"apiVersion":"apps/v1","kind":"Deployment","spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]} }""");
        var after = Map("""{"apiVersion":"apps/v1","kind":"Deployment","spec":{"containers":[{"name":"b","image":"2"},{"name":"a","image":"1"},{"name":"c"}]} }""");

        ObjectDiff.Compare(before, after).Should().Equal(
            new FieldChange("spec.containers[name=b].image", "\"1\"", "\"2\""),
            new FieldChange("spec.containers[name=c]", null, """{"name":"c"}"""));
    }

    [Fact]
    public void Compare_ServerFieldsAndStatus_DoNotCount()
    {
        var before = Map("""{"metadata":{"resourceVersion":"1","generation":1,"labels":{"a":"1"} },"status":{"x":1} }""");
        var after = Map("""{"metadata":{"resourceVersion":"2","generation":2,"labels":{"a":"1"} },"status":{"x":2} }""");

        ObjectDiff.Compare(before, after).Should().BeEmpty();
    }

    [Fact]
    public void Compare_Secret_NeverShowsAValue()
    {
        var before = Map("""{"apiVersion":"v1","kind":"Secret","data":{"a":"b25l","gone":"b25l"} }""");
        var after = Map("""{"apiVersion":"v1","kind":"Secret","data":{"a":"dHdv","new":"b25l"} }""");
        var none = Map("""{"apiVersion":"v1","kind":"Secret"}""");

        foreach (var (a, b) in new[] { (before, after), (none, after), (before, none) })
        {
            var changes = ObjectDiff.Compare(a, b);
            changes.Should().NotBeEmpty();
            changes.Should().OnlyContain(c => !$"{c.Before}{c.After}".Contains("b25l") && !$"{c.Before}{c.After}".Contains("dHdv"));
        }
    }
}
