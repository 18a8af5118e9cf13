using CsCheck;
using GitOps.Helm.Charts;
using GitOps.Helm.Tests.Charts;
using GitOps.Helm.Values;

namespace GitOps.Helm.Tests.Values;

public sealed class ValuesCoalescerTests
{
    private static readonly Gen<Dictionary<string, object?>> Values = Tree(3);

    [Theory]
    [InlineData("a: 1\nb: {c: 2}", "b: {d: 3}", "{a:1,b:{c:2,d:3}}")]
    [InlineData("a: 1", "a: null", "{}")]
    [InlineData("a: {b: 1, c: 2}", "a: {b: null}", "{a:{c:2}}")]
    [InlineData("a: {b: null}", "a: {}", "{a:{}}")]
    [InlineData("a: null", "{}", "{}")]
    [InlineData("{}", "a: null", "{a:null}")]
    [InlineData("a: {}", "a: {b: null}", "{a:{b:null}}")]
    [InlineData("a: [1, 2]", "a: [3]", "{a:[3]}")]
    [InlineData("a: {b: 1}", "a: x", "{a:x}")]
    [InlineData("a: x", "a: {b: 1}", "{a:{b:1}}")]
    public void Coalesce_OverDefaults_FollowsHelm(string defaults, string user, string expected) =>
        Print(ValuesCoalescer.Coalesce(ChartBuilder.Chart(("values.yaml", defaults)).Root, YamlValues.ReadValues(user))).Should().Be(expected);

    [Fact]
    public void Coalesce_Globals_FlowDownAndTheParentWins()
    {
        var chart = ChartBuilder.Chart(
            ("values.yaml", "global: {a: parent, t: {x: 1}}\nsub: {v: fromparent}"),
            ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
            ("charts/sub/values.yaml", "global: {a: child, b: child, t: {x: 2, z: 3}}\nv: own\nw: own"));

        Print(ValuesCoalescer.Coalesce(chart.Root, null)["sub"]).Should().Be("{global:{a:parent,b:child,t:{x:1,z:3}},v:fromparent,w:own}");
    }

    [Fact]
    public void Coalesce_SubchartValueThatIsNoMap_Fails()
    {
        var chart = ChartBuilder.Chart(("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"));

        var act = () => ValuesCoalescer.Coalesce(chart.Root, YamlValues.ReadValues("sub: 1"));

        act.Should().Throw<HelmException>().Which.Message.Should().Contain("type mismatch on sub");
    }

    [Fact]
    public void Coalesce_Inputs_AreNotChanged() => Gen.Select(Values, Values).Sample((defaults, user) =>
    {
        var (before, userBefore) = (Print(defaults), Print(user));
        var result = ValuesCoalescer.Coalesce(new Chart { Values = defaults }, user);
        ValuesCoalescer.Coalesce(new Chart { Values = defaults }, result);
        return Print(defaults) == before && Print(user) == userBefore;
    });

    [Fact]
    public void Coalesce_NoUserValues_GivesTheDefaultsWithoutNulls() =>
        Values.Sample(defaults => !HasNull(ValuesCoalescer.Coalesce(new Chart { Values = defaults }, null)));

    [Fact]
    public void Coalesce_Twice_ChangesNothingMore() => Gen.Select(Values, Values).Sample((defaults, user) =>
    {
        var chart = new Chart { Values = defaults };
        var once = ValuesCoalescer.Coalesce(chart, user);
        return HasNull(user) || Print(ValuesCoalescer.Coalesce(chart, once)) == Print(once);
    });

    [Fact]
    public void Coalesce_UserScalar_AlwaysWins() => Gen.Select(Values, Values).Sample((defaults, user) =>
    {
        var result = ValuesCoalescer.Coalesce(new Chart { Values = defaults }, user);
        return user.All(e => e.Value is null or Dictionary<string, object?> || Equals(result[e.Key], e.Value));
    });

    [Fact]
    public void Merge_OfFiles_HasAnIdentityAndKeepsTheLast() => Gen.Select(Values, Values).Sample((a, b) =>
        Print(ValueTree.Merge(ValueTree.Merge(a, b), b)) == Print(ValueTree.Merge(a, b))
        && Print(ValueTree.Merge([], a)) == Print(a)
        && Print(ValueTree.Merge(a, [])) == Print(a)
        && Print(ValueTree.Merge(a, a)) == Print(a));

    internal static string Print(object? value) => value switch
    {
        Dictionary<string, object?> map => "{" + string.Join(",", map.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}:{Print(e.Value)}")) + "}",
        List<object?> list => "[" + string.Join(",", list.Select(Print)) + "]",
        null => "null",
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };

    private static bool HasNull(object? value) => value switch
    {
        null => true,
        Dictionary<string, object?> map => map.Values.Any(HasNull),
        _ => false,
    };

    private static Gen<Dictionary<string, object?>> Tree(int depth)
    {
        var leaf = Gen.OneOf<object?>(Gen.Const((object?)null), Gen.Int[0, 3].Select(i => (object?)(double)i), Gen.Const((object?)"s"));
        var value = depth == 0 ? leaf : Gen.OneOf(leaf, Tree(depth - 1).Select(t => (object?)t));
        return Gen.Select(Gen.Char["abc"].Select(c => c.ToString()), value).List[0, 4].Select(list =>
        {
            var map = ValueTree.NewMap();
            foreach (var (key, item) in list)
            {
                map[key] = item;
            }

            return map;
        });
    }
}
