using CsCheck;
using GitOps.Yaml;

namespace GitOps.Core.Tests.Yaml;

public sealed class YamlPropertyTests
{
    private static readonly Gen<string> s_text = Gen.OneOf(
        Gen.String[Gen.Char[' ', '~'], 0, 20],
        Gen.String[Pick('a', ' ', '\n', '\t', ':', '#', '-', '"', '\'', '\\', '0', '1', '.', '_', 'é', '\u2028', '\x85', '|', '>', '{', '}', '[', ']', ',', '&', '*', '!', '%', '@', '`', '?', '~', '='), 0, 30],
        Pick("true", "no", "null", "~", "", "1", "1.0", "0x1", "1e3", "2001-12-14", "<<", "---", "...", "😀", "a😀 b"));

    private static readonly Gen<Node> s_scalar = Gen.OneOf(
        s_text.Select(t => (Node)ScalarNode.String(t)),
        Gen.Long.Select(l => (Node)ScalarNode.Integer(l)),
        Gen.Bool.Select(b => (Node)ScalarNode.Boolean(b)),
        Gen.Const((Node)ScalarNode.Null()),
        Gen.Double[-1e15, 1e15].Select(d => (Node)new ScalarNode(ScalarKind.Float, d.ToString("R", System.Globalization.CultureInfo.InvariantCulture))));

    private static readonly Gen<Node> s_tree = Tree(3);

    [Theory]
    [InlineData(YamlSchema.Kubernetes)]
    [InlineData(YamlSchema.Kustomize)]
    public void Read_WhatWasWritten_IsTheSameData(YamlSchema schema) =>
        s_tree.Sample(
            tree =>
            {
                var text = YamlWriter.Write(tree.DeepClone());
                var back = YamlReader.Read(text, options: new YamlReaderOptions { Schema = schema });
                return Node.DeepEquals(tree, back) ? true : throw new InvalidOperationException(text);
            },
            iter: 3000);

    [Fact]
    public void Write_WhatWasReadBack_IsTheSameText() =>
        s_tree.Sample(
            tree =>
            {
                var text = YamlWriter.Write(tree);
                return YamlWriter.Write(YamlReader.Read(text)) == text;
            },
            iter: 2000);

    [Fact]
    public void Read_PrettyText_IsTheSameData() =>
        s_tree.Sample(
            tree =>
            {
                var text = YamlWriter.WriteValue(tree, YamlWriterOptions.Pretty);
                try
                {
                    return Node.DeepEquals(tree, YamlReader.Read(text));
                }
                catch (YamlException e) when (e.Problem.Contains("found a tab character", StringComparison.Ordinal))
                {
                    // go-yaml v3 writes blocks that begin with a tab and cannot read them; the bytes are what counts here.
                    return true;
                }
            },
            iter: 2000);

    [Fact]
    public void Read_RandomText_GivesDocumentsOrAYamlError() =>
        Gen.String[Pick('a', 'b', ' ', '\n', '\t', ':', '#', '-', '"', '\'', '\\', '0', '|', '>', '{', '}', '[', ']', ',', '&', '*', '!', '%', '@', '?', '<', '.', '\r', 'é', '\0', '\u2028'), 0, 60]
            .Sample(text => ReadsOrRefuses(() => YamlReader.ReadAll(text)), iter: 20_000);

    [Fact]
    public void Read_RandomBytes_GivesDocumentsOrAYamlError() =>
        Gen.Byte.Array[0, 80].Sample(bytes => ReadsOrRefuses(() => YamlReader.ReadAll(bytes)), iter: 5_000);

    private static bool ReadsOrRefuses(Action read)
    {
        try
        {
            read();
        }
        catch (YamlException)
        {
            // A refusal is an answer; any other exception fails the test.
            return true;
        }

        return true;
    }

    private static Gen<Node> Tree(int depth)
    {
        if (depth == 0)
        {
            return s_scalar;
        }

        var below = Tree(depth - 1);
        return Gen.OneOf(
            s_scalar,
            below.Array[0, 4].Select(items => (Node)new ListNode(items)),
            Gen.Select(s_text, below).Array[0, 4].Select(entries =>
            {
                var map = new MapNode();
                foreach (var (key, value) in entries)
                {
                    // go-yaml writes a key << without quotes and then reads a merge; it is the one text that does not come back.
                    map.TryAdd(new MapEntry(key == "<<" ? "merge" : key, value));
                }

                return (Node)map;
            }));
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
