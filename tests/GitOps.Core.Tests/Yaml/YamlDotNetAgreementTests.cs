using CsCheck;
using GitOps.Yaml;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace GitOps.Core.Tests.Yaml;

/// <summary>A second opinion: what we write, another YAML library reads as the same keys and values in the same order.</summary>
public sealed class YamlDotNetAgreementTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char["abz019 -_.:#'\"\\{}[],&*!|>%@`~\n\té"], 0, 30],
        Gen.OneOf(new[] { "", "yes", "null", "~", "1e3", "0644", "2001-01-01", "- a", "a: b", "a\n", "\na", "a\n\n b", "---", "..." }.Select(Gen.Const).ToArray()));

    [Fact]
    public void Write_AnyTextsInMapsAndLists_AreReadBackByYamlDotNet() =>
        Text.Array[0, 8].Sample(texts =>
        {
            var map = new MapNode();
            foreach (var (i, text) in texts.Index())
            {
                map.Set($"k{i}", text);
            }

            var root = new MapNode();
            root.Set("list", new ListNode(texts.Select(t => (Node)ScalarNode.String(t))));
            root.Set("map", map);

            Scalars(YamlWriter.Write(root)).Should().Equal(["list", .. texts, "map", .. texts.Index().SelectMany(t => new[] { $"k{t.Index}", t.Item })]);
        });

    private static List<string> Scalars(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        var scalars = new List<string>();
        while (parser.MoveNext())
        {
            if (parser.Current is Scalar scalar)
            {
                scalars.Add(scalar.Value);
            }
        }

        return scalars;
    }
}
