using GitOps.Kubernetes.Applying;
using static GitOps.Kubernetes.Tests.TestObjects;

namespace GitOps.Kubernetes.Tests;

public sealed class DefinitionSchemaTests
{
    private const string Schema = """
        {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","required":["size"],"properties":{
          "size":{"type":"integer","minimum":1,"maximum":10},"name":{"type":"string","pattern":"^[a-z]+$","maxLength":5},"mode":{"type":"string","enum":["on","off"]},
          "port":{"x-kubernetes-int-or-string":true},"items":{"type":"array","maxItems":1,"items":{"type":"string"} },"any":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } } } }
        """;

    [Theory]
    [InlineData("""{"size":3,"name":"ab","mode":"on","port":"http","items":["a"],"any":{"x":1} }""", "")]
    [InlineData("""{"size":0}""", "spec.size must be at least 1")]
    [InlineData("""{"size":"3"}""", "spec.size must be a whole number, not \"3\"")]
    [InlineData("""{"name":"a"}""", "spec.size is required")]
    [InlineData("""{"size":1,"name":"A"}""", "spec.name must match ^[a-z]+$")]
    [InlineData("""{"size":1,"mode":"maybe"}""", "spec.mode must be one of on, off, not \"maybe\"")]
    [InlineData("""{"size":1,"items":["a","b"]}""", "spec.items must have at most 1 items")]
    [InlineData("""{"size":1,"nmae":"a"}""", "spec.nmae is not a field of the schema")]
    [InlineData("""{"size":null}""", "spec.size must not be null")]
    public void Validate_Instance_FindsWhatTheServerWouldRefuse(string spec, string problem)
    {
        var problems = DefinitionSchema.Validate(Map(Schema), Map($$$"""{"apiVersion":"x/v1","kind":"W","metadata":{},"spec":{{{spec}}} }"""));

        problems.Should().BeEquivalentTo(problem.Length == 0 ? [] : new[] { problem });
    }
}
