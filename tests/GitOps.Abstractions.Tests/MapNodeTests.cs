using CsCheck;

namespace GitOps.Abstractions.Tests;

public sealed class MapNodeTests
{
    [Fact]
    public void Map_AnySequenceOfChanges_BehavesAsAnOrderedDictionary() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 40], Gen.Int[0, 100]).Array[0, 200].Sample(steps =>
        {
            var map = new MapNode();
            var model = new List<KeyValuePair<string, string>>();
            foreach (var (action, key, value) in steps)
            {
                var name = $"k{key}";
                var at = model.FindIndex(p => p.Key == name);
                switch (action)
                {
                    case 0 or 1:
                        map.Set(name, $"{value}");
                        if (at >= 0)
                        {
                            model[at] = new(name, $"{value}");
                        }
                        else
                        {
                            model.Add(new(name, $"{value}"));
                        }

                        break;
                    case 2:
                        map.Remove(name).Should().Be(at >= 0);
                        if (at >= 0)
                        {
                            model.RemoveAt(at);
                        }

                        break;
                    default:
                        if (at < 0)
                        {
                            map.Insert(0, new MapEntry(name, ScalarNode.String($"{value}")));
                            model.Insert(0, new(name, $"{value}"));
                        }

                        break;
                }
            }

            map.Select(e => new KeyValuePair<string, string>(e.Key, ((ScalarNode)e.Value).Text)).Should().Equal(model);
            model.Where(p => map.GetString(p.Key) != p.Value).Should().BeEmpty();
        });

    [Theory]
    [InlineData(ScalarKind.Integer, "1", ScalarKind.Float, "1.0", true)]
    [InlineData(ScalarKind.Integer, "0644", ScalarKind.Integer, "420", true)]
    [InlineData(ScalarKind.Integer, "0x1F", ScalarKind.Integer, "31", true)]
    [InlineData(ScalarKind.String, "1", ScalarKind.Integer, "1", false)]
    [InlineData(ScalarKind.Boolean, "yes", ScalarKind.Boolean, "true", true)]
    [InlineData(ScalarKind.Null, "~", ScalarKind.Null, "null", true)]
    public void DeepEquals_Scalars_ComparesWhatTheyMean(ScalarKind leftKind, string left, ScalarKind rightKind, string right, bool equal) =>
        Node.DeepEquals(new ScalarNode(leftKind, left), new ScalarNode(rightKind, right)).Should().Be(equal);

    [Fact]
    public void DeepClone_ChangedClone_LeavesTheOriginal()
    {
        var map = new MapNode();
        map.GetOrAddMap("metadata").Set("name", "a");
        var clone = (MapNode)map.DeepClone();

        clone.GetMap("metadata")!.Set("name", "b");

        map.GetMap("metadata")!.GetString("name").Should().Be("a");
        Node.DeepEquals(map, clone).Should().BeFalse();
    }
}
