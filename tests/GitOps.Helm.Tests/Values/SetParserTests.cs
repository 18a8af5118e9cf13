using CsCheck;
using GitOps.Helm.Values;

namespace GitOps.Helm.Tests.Values;

public sealed class SetParserTests
{
    [Theory]
    [InlineData("a=1,b=true,c=null,d=01,e=1e3,f=+1", "{a:1,b:True,c:null,d:01,e:1e3,f:1}")]
    [InlineData("a.b.c=x", "{a:{b:{c:x}}}")]
    [InlineData("a[2]=x", "{a:[null,null,x]}")]
    [InlineData("a[0].b=1,a[0].c=2", "{a:[{b:1,c:2}]}")]
    [InlineData("a={x,1,null}", "{a:[x,1,null]}")]
    [InlineData("a\\.b=x\\,y", "{a.b:x,y}")]
    [InlineData("a=", "{a:}")]
    [InlineData("a[0", "{}")]
    public void ParseInto_Typed_FollowsHelm(string text, string expected) => Read(text, SetValueKind.Typed).Should().Be(expected);

    [Theory]
    [InlineData("a=[1,{\"b\":2}],c=3", "{a:[1,{b:2}],c:3}")]
    [InlineData("a=1b=2", "{a:1,b:2}")]
    [InlineData("a=,b=null", "{a:null,b:null}")]
    [InlineData("a=\"\\ud800\",b=\"\\ud83d\\ude00\"", "{a:\uFFFD,b:\U0001F600}")]
    public void ParseInto_Json_ReadsTheLongestValue(string text, string expected) => Read(text, SetValueKind.Json).Should().Be(expected);

    [Theory]
    [InlineData("a")]
    [InlineData("a[x]=1")]
    [InlineData("a[-1]=1")]
    [InlineData("a[70000]=1")]
    [InlineData("a={x")]
    [InlineData("a.b,c=1")]
    [InlineData("a=1,a.b=2")]
    public void ParseInto_Malformed_Fails(string text)
    {
        var act = () => Read(text, SetValueKind.Typed);

        act.Should().Throw<SetSyntaxException>();
    }

    [Theory]
    [InlineData("\"a\"", "key \"\\\"a\\\"\" has no value")]
    [InlineData("a\tb,c=1", "key \"a\\tb\" has no value (cannot end with ,)")]
    [InlineData("a[9223372036854775808]=1", "error parsing index: strconv.Atoi: parsing \"9223372036854775808\": value out of range")]
    [InlineData("a[99999999999]=1", "index of 99999999999 is greater than maximum supported index of 65536")]
    [InlineData("a[\"x\"]=1", "error parsing index: strconv.Atoi: parsing \"\\\"x\\\"\": invalid syntax")]
    public void ParseInto_Malformed_SaysWhatHelmSays(string text, string message)
    {
        var act = () => Read(text, SetValueKind.Typed);

        act.Should().Throw<SetSyntaxException>().WithMessage(message);
    }

    [Fact]
    public void ParseInto_AnyText_GivesValuesOrASyntaxError() =>
        Gen.Select(Gen.Char["ab=,.[]{}01\\\" -"].Array[0, 30], Gen.Enum<SetValueKind>()).Sample((chars, kind) =>
        {
            try
            {
                SetParser.ParseInto(new string(chars), kind, ValueTree.NewMap(), path => path);
            }
            catch (SetSyntaxException)
            {
                // The only failure there may be.
            }
        });

    [Fact]
    public void ParseInto_Literal_TakesEverythingAfterTheEqualsSign() =>
        Gen.Char["ab,.{}[]\\\"= "].Array[0, 20].Select(c => new string(c)).Sample(text =>
        {
            var values = ValueTree.NewMap();
            SetParser.ParseInto($"k.x={text}", SetValueKind.Literal, values);
            return Equals(((Dictionary<string, object?>)values["k"]!)["x"], text);
        });

    [Fact]
    public void ParseInto_EscapedText_ComesBackAsItWas() =>
        Gen.Char["ab,.{}[]\\\"= "].Array[1, 20].Select(c => new string(c)).Sample(text =>
        {
            var values = ValueTree.NewMap();
            SetParser.ParseInto($"k={string.Concat(text.Select(c => $"\\{c}"))}", SetValueKind.String, values);
            return Equals(values["k"], text.StartsWith('{') ? values["k"] : text);
        });

    [Fact]
    public void ParseInto_SeveralExpressions_EqualOneWithCommas() =>
        Gen.Select(Gen.Char["abc"], Gen.Int[0, 9]).List[1, 5].Sample(pairs =>
        {
            var apart = ValueTree.NewMap();
            foreach (var (key, value) in pairs)
            {
                SetParser.ParseInto($"{key}.x={value}", SetValueKind.Typed, apart);
            }

            var together = ValueTree.NewMap();
            SetParser.ParseInto(string.Join(',', pairs.Select(p => $"{p.Item1}.x={p.Item2}")), SetValueKind.Typed, together);
            return ValuesCoalescerTests.Print(apart) == ValuesCoalescerTests.Print(together);
        });

    private static string Read(string text, SetValueKind kind)
    {
        var values = ValueTree.NewMap();
        SetParser.ParseInto(text, kind, values);
        return ValuesCoalescerTests.Print(values);
    }
}
