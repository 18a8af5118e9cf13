using GitOps.Kubernetes.Applying;
using static GitOps.Kubernetes.Tests.TestObjects;

namespace GitOps.Kubernetes.Tests.Applying;

public sealed class DefinitionSchemaTests
{
    private const string Schema = """
        {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","required":["size"],"properties":{
          "size":{"type":"integer","minimum":1,"maximum":10},"name":{"type":"string","pattern":"^[a-z]+$","maxLength":5},"mode":{"type":"string","enum":["on","off"]},
          "port":{"x-kubernetes-int-or-string":true},"items":{"type":"array","maxItems":1,"items":{"type":"string"} },"any":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } } } }
        """;

    [Theory]
    [InlineData("""{"size":3,"name":"ab","mode":"on","port":"http","items":["a"],"any":{"x":1} }""", "")]
    [InlineData("""{"size":0}""", "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1")]
    [InlineData("""{"size":"3"}""", "spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\"")]
    [InlineData("""{"name":"a"}""", "spec.size: Required value")]
    [InlineData("""{"size":1,"name":"A"}""", "spec.name: Invalid value: \"A\": spec.name in body should match '^[a-z]+$'")]
    [InlineData("""{"size":1,"mode":"maybe"}""", "spec.mode: Unsupported value: \"maybe\": supported values: \"on\", \"off\"")]
    [InlineData("""{"size":1,"items":["a","b"]}""", "spec.items: Too many: 2: must have at most 1 items")]
    [InlineData("""{"size":1,"nmae":"a"}""", "spec.nmae is not a field of the schema")]
    [InlineData("""{"size":null}""", "spec.size: Required value")]
    public void Validate_Instance_FindsWhatTheServerWouldRefuse(string spec, string problem)
    {
        var problems = DefinitionSchema.Validate(Map(Schema), Map($$$"""{"apiVersion":"x/v1","kind":"W","metadata":{},"spec":{{{spec}}} }"""));

        problems.Should().BeEquivalentTo(problem.Length == 0 ? [] : new[] { problem });
    }
}
