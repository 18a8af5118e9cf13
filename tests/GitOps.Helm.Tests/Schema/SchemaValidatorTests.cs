using GitOps.Helm.Functions;
using GitOps.Helm.Schema;
using GitOps.Helm.Values;

namespace GitOps.Helm.Tests.Schema;

public sealed class SchemaValidatorTests
{
    [Theory]
    [InlineData("""{"type":"object","required":["a"]}""", "b: 1", "- at '': missing property 'a'")]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", "a: 1.5", "- at '/a': got number, want integer")]
    [InlineData("""{"properties":{"a":{"type":["string","null"]}}}""", "a: 1", "- at '/a': got number, want null or string")]
    [InlineData("""{"properties":{"a":{"maximum":65535}}}""", "a: 70000", "- at '/a': maximum: got 70,000, want 65,535")]
    [InlineData("""{"properties":{"a":{"multipleOf":0.01}}}""", "a: 0.075", "- at '/a': multipleOf: got 0.075, want 0.01")]
    [InlineData("""{"additionalProperties":false,"properties":{"a":true}}""", "{a: 1, b: 2}", "- at '': additional properties 'b' not allowed")]
    [InlineData("""{"properties":{"a":{"enum":["x","y"]}}}""", "a: z", "- at '/a': value must be one of 'x', 'y'")]
    [InlineData("""{"properties":{"a":{"const":1}}}""", "a: 2", "- at '/a': value must be 1")]
    [InlineData("""{"properties":{"a":{"pattern":"^[a-z]+$"}}}""", "a: B", "- at '/a': 'B' does not match pattern '^[a-z]+$'")]
    [InlineData("""{"properties":{"a":{"oneOf":[{"type":"string"},{"multipleOf":5}]}}}""", "a: 7", "- at '/a': 'oneOf' failed, none matched\n  - at '/a': got number, want string\n  - at '/a': multipleOf: got 7, want 5")]
    [InlineData("""{"properties":{"a":{"oneOf":[{"type":"number"},{"multipleOf":5}]}}}""", "a: 10", "- at '/a': 'oneOf' failed, subschemas 0, 1 matched")]
    [InlineData("""{"properties":{"a":{"not":{"type":"string"}}}}""", "a: x", "- at '/a': 'not' failed")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"format":"email"}}}""", "a: x", "- at '/a': 'x' is not valid email: missing @")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"format":"uri"}}}""", "a: http://x/%zz", "- at '/a': 'http://x/%zz' is not valid uri: parse \"http://x/%zz\": invalid URL escape \"%zz\"")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"format":"period"}}}""", "a: x", "- at '/a': 'x' is not valid period: missing slash")]
    [InlineData("""{"$defs":{"d":{"required":["z"]}},"properties":{"a":{"$ref":"#/$defs/d"}}}""", "a: {}", "- at '/a': missing property 'z'")]
    [InlineData("""{"$defs":{"d":{"$anchor":"x","type":"string"}},"properties":{"a":{"$ref":"#x"}}}""", "a: 1", "- at '/a': got number, want string")]
    [InlineData("""{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}""", "a: 1", "- at '': missing property 'b'")]
    [InlineData("""{"properties":{"a":{"uniqueItems":true}}}""", "a: [1, {x: 1}, 1.0]", "- at '/a': items at 0 and 2 are equal")]
    [InlineData("""{"properties":{"a":{"prefixItems":[{"type":"string"}],"items":{"type":"number"}}}}""", "a: [x, z]", "- at '/a/1': got string, want number")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"items":[{"type":"string"}],"additionalItems":false}}}""", "a: [x, y]", "- at '/a': last 1 additionalItem(s) not allowed")]
    [InlineData("""{"properties":{"a":{"contains":{"const":1},"minContains":2}}}""", "a: [1, 2]", "- at '/a': min 2 items required to match contains schema, but matched 1 items at 0\n  - at '/a/1': value must be 1")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", "a: 1", "- at '': properties 'b' required, if 'a' exists")]
    [InlineData("""{"propertyNames":{"pattern":"^x"}}""", "a: 1", "- at '': invalid propertyName 'a'\n  - at '': 'a' does not match pattern '^x'")]
    [InlineData("""{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}""", "{a: 1, b: 2}", "- at '/b': false schema")]
    [InlineData("""{"properties":{"a":{"propertyNames":{"maxLength":1}}}}""", "a: {bc: 1}", "- at '': invalid propertyName 'bc'\n  - at '': maxLength: got 2, want 1")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"format":"ipv6"}}}""", "a: '::ffff:10.0.0.01'", "- at '/a': '::ffff:10.0.0.01' is not valid ipv6: not an IPv6 address")]
    [InlineData("""{"x":{"$id":"https://x.example/s","type":"null"},"properties":{"a":{"$ref":"https://x.example/s"}},"$defs":{"s":{"$id":"https://x.example/s","type":"string"}}}""", "a: 1", "- at '/a': got number, want string")]
    [InlineData("""{"properties":{"a":{"$ref":"#/x/y"}},"x":{"y":{"$id":"https://x.example/y","$ref":"#/$defs/z","$defs":{"z":{"type":"string"}}}}}""", "a: 1", "- at '/a': got number, want string")]
    [InlineData("""{"properties":{"a":{"$ref":"http://json-schema.org/draft-07/schema#"}}}""", "a: {type: 5}", "- at '/a/type': got number, want string or array")]
    [InlineData("""{"patternProperties":{"^x-":{"type":"boolean"}}}""", "x-a: 1", "- at '/x-a': got number, want boolean")]
    [InlineData("""{"properties":{"a":{"minimum":2e6}}}""", "a: 1234567.5", "- at '/a': minimum: got 1.2345675×10⁰⁶, want 2×10⁰⁶")]
    [InlineData("""{"properties":{"a":{"maximum":0.00001}}}""", "a: 0.0001", "- at '/a': maximum: got 0.0001, want 1×10⁻⁰⁵")]
    [InlineData("""{"properties":{"a":{"const":"x\r\"y"}}}""", "a: 1", "- at '/a': value must be 'x\\r\"y'")]
    [InlineData("""{"$id":"https://x.example/root.json","properties":{"a":{"$ref":"part.json"}},"$defs":{"p":{"$id":"part.json","type":"string"}}}""", "a: 1", "- at '/a': got number, want string")]
    [InlineData("""{"$id":"https://x.example/root.json","properties":{"a":{"$ref":"root.json#/$defs/p"}},"$defs":{"p":{"type":"string"}}}""", "a: 1", "- at '/a': got number, want string")]
    [InlineData("""{"$ref":"https://x.example/list","$defs":{"i":{"$dynamicAnchor":"item","type":"string"},"l":{"$id":"https://x.example/list","properties":{"a":{"items":{"$dynamicRef":"#item"}}},"$defs":{"d":{"$dynamicAnchor":"item"}}}}}""", "a: [1]", "- at '/a/0': got number, want string")]
    [InlineData("""{"properties":{"a/b":{"type":"string"}}}""", "a/b: 1", "- at '/a~1b': got number, want string")]
    public void Validate_BadValue_IsReportedAsHelmDoes(string schema, string values, string message) =>
        Check(schema, values).Should().Be(message);

    [Theory]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", "a: 1.0")]
    [InlineData("""{"properties":{"a":{"format":"email"}}}""", "a: x")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"$ref":"#/definitions/d","type":"string"}},"definitions":{"d":{"type":"number"}}}""", "a: 1")]
    [InlineData("""{"$ref":"urn:nowhere"}""", "a: 1")]
    [InlineData("""{"properties":{"a":{"$ref":"https://json-schema.org/draft/2020-12/schema"}}}""", "a: {type: string}")]
    [InlineData("""{"properties":{"a":{"multipleOf":0.01}}}""", "a: 0.07")]
    [InlineData("""{"$schema":"urn:my:rules","properties":{"a":{"contains":{}}}}""", "a: 1")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"format":"uri"}}}""", "a: 'a:'")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"format":"period"}}}""", "a: 2020-01-01T00:00:00Z/P1D")]
    [InlineData("""{"$ref":"#/$defs/tree","$defs":{"tree":{"properties":{"kids":{"items":{"$ref":"#/$defs/tree"}}}}}}""", "kids: [{kids: []}]")]
    [InlineData("""{"oneOf":[{"required":["a"]},{"required":["b"]}],"unevaluatedProperties":true}""", "a: 1")]
    public void Validate_GoodValue_IsAccepted(string schema, string values) => Check(schema, values).Should().BeNull();

    [Theory]
    [InlineData("""{"type":5}""", "metaschema")]
    [InlineData("""{"type":"nonsense"}""", "metaschema")]
    [InlineData("""{"minLength":-1}""", "metaschema")]
    [InlineData("""{"allOf":[]}""", "metaschema")]
    [InlineData("""{"$id":5}""", "metaschema")]
    [InlineData("""{"$ref":"file:///etc/passwd"}""", "nothing is read from disk or network")]
    [InlineData("""{"pattern":"("}""", "invalid regex")]
    [InlineData("""{"$ref":"#/nope"}""", "not found")]
    [InlineData("""{"$ref":"#nope"}""", "not found in schema")]
    [InlineData("""{"$ref":"#/$defs/a~2b","$defs":{"a~2b":true}}""", "invalid json-pointer")]
    [InlineData("""{"$ref":"urn:nowhere#/a"}""", "json-pointer in \"urn:nowhere#/a\" not found")]
    [InlineData("""{"$ref":"urn:nowhere#a"}""", "anchor in \"urn:nowhere#a\" not found")]
    [InlineData("""{"$ref":"other.json"}""", "nothing is read from disk or network")]
    [InlineData("""{"$ref":"https://example.com/x.json"}""", "nothing is read from disk or network")]
    [InlineData("""{"$schema":"https://example.com/mine"}""", "nothing is fetched")]
    public void Compile_BadSchema_Fails(string schema, string message)
    {
        var act = () => SchemaCompiler.Compile(GoJsonReader.Read(schema));

        act.Should().Throw<SchemaException>().Which.Message.Should().Contain(message);
    }

    [Fact]
    public void Validate_SchemaThatRefersToItself_Ends() =>
        Check("""{"$ref":"#"}""", "a: 1").Should().Contain("reference cycle");

    private static string? Check(string schema, string values) =>
        SchemaValidator.Validate(SchemaCompiler.Compile(GoJsonReader.Read(schema)), YamlValues.ReadValues(values), CancellationToken.None)?.ToString();
}
