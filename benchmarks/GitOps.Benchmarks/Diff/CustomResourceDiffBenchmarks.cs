using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using GitOps.Json;
using GitOps.Schema;
using GitOps.TypedMerge;

namespace GitOps.Benchmarks.Diff;

/// <summary>The typed diff of a large custom resource: two hundred keyed items with nested lists, about 60 KB of JSON.</summary>
[MemoryDiagnoser]
public class CustomResourceDiffBenchmarks
{
    private const int Items = 200;

    private const string Schema = """
        {"type":"object","properties":{"spec":{"type":"object","properties":{"routes":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
         "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"hosts":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
          "weight":{"type":"integer"},"headers":{"type":"object","additionalProperties":{"type":"string"}},"backend":{"type":"object","properties":{"service":{"type":"string"},"port":{"type":"integer"}}}}}}}}}}
        """;

    private SchemaType _type = SchemaType.Deduced;
    private byte[] _live = [];
    private byte[] _same = [];
    private byte[] _changed = [];

    [GlobalSetup]
    public void Setup()
    {
        _type = CustomSchema.Read(JsonTreeReader.ReadMap(Encoding.UTF8.GetBytes(Schema)));
        _live = Text(1);
        _same = Text(1);
        _changed = Text(2);
    }

    [Benchmark]
    public bool Unchanged() => JsonDiff.Compare(_type, _live, _same).IsSame;

    [Benchmark(Baseline = true)]
    public int OneField() => JsonDiff.Compare(_type, _live, _changed).Modified.Count;

    private static byte[] Text(int weight)
    {
        var routes = new StringBuilder();
        for (var i = 0; i < Items; i++)
        {
            routes.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $$$"""
                {"name":"route-{{{i}}}","hosts":["a{{{i}}}.example.com","b{{{i}}}.example.com","c{{{i}}}.example.com"],"weight":{{{(i == Items / 2 ? weight : 1)}}},
                 "headers":{"x-one":"1","x-two":"2","x-three":"3"},"backend":{"service":"service-{{{i}}}","port":80}}
                """);
        }

        return Encoding.UTF8.GetBytes($$$"""{"apiVersion":"example.com/v1","kind":"Routes","metadata":{"name":"r","namespace":"default"},"spec":{"routes":[{{{routes}}}]}}""");
    }
}
