using GitOps.Helm.Tests.Templates;
using GitOps.Helm.Values;

namespace GitOps.Helm.Tests.Functions;

/// <summary>Go's slices have room behind their last item and may be shared; templates see both.</summary>
public sealed class SliceTests
{
    [Theory]
    [InlineData("""{{ slice (fromJsonArray "[1,2,3]") 0 4 | toJson }}""", "[1,2,3,null]")]
    [InlineData("""{{ slice (fromJsonArray "[1,2,3]") 4 4 | toJson }}""", "[]")]
    [InlineData("""{{ slice (until 5) 4 8 | toJson }}""", "[4,0,0,0]")]
    [InlineData("""{{ slice (append (list 1 2 3) 4) 3 6 | toJson }}""", "[4,null,null]")]
    [InlineData("""{{ slice (prepend (until 16) 9) 16 18 | toJson }}""", "[15,null]")]
    [InlineData("""{{ slice (slice (list 1 2 3) 0 1) 0 3 | toJson }}""", "[1,2,3]")]
    [InlineData("""{{ slice (regexFindAll "a" "aa" -1) 1 3 | toJson }}""", "[\"a\",\"\"]")]
    [InlineData("""{{ slice (regexSplit "," "a,b,c" -1) 0 4 | len }}""", "4")]
    [InlineData("""{{ slice (toStrings (list 1 nil)) 0 2 | toJson }}""", "[\"1\",\"\"]")]
    [InlineData("""{{ slice (deepCopy (keys (dict "a" 1 "b" 2 "c" 3))) 0 4 | len }}""", "4")]
    public void Slice_EndWithinTheCapacity_ShowsWhatLiesThere(string template, string expected) => TemplateRun.Render(template).Should().Be(expected);

    [Theory]
    [InlineData("""{{ slice (fromJsonArray "[1,2,3]") 0 5 }}""")]
    [InlineData("""{{ slice (list 1 2 3) 0 4 }}""")]
    [InlineData("""{{ slice (deepCopy (list 1 2 3)) 0 4 }}""")]
    [InlineData("""{{ slice (rest (fromJsonArray "[1,2,3]")) 0 3 }}""")]
    [InlineData("""{{ slice (until 5) 0 9 }}""")]
    [InlineData("""{{ slice (splitList "," "a,b,c") 0 4 }}""")]
    public void Slice_EndBeyondTheCapacity_Fails(string template) =>
        FluentActions.Invoking(() => TemplateRun.Render(template)).Should().Throw<GitOps.Helm.Templates.TemplateException>().WithMessage("*slice index out of bounds*");

    [Theory]
    [InlineData("l[2]=x", 3, true)]
    [InlineData("l[2]=x", 4, false)]
    [InlineData("l={a,b,c}", 4, true)]
    [InlineData("l={a,b,c}", 5, false)]
    public void Slice_ListOfSetValues_HasTheRoomThatHelmGivesIt(string set, int end, bool fits)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        SetParser.ParseInto(set, SetValueKind.Typed, values);
        var render = () => TemplateRun.Render("{{ slice .l 0 .end | len }}", TemplateRun.Map(("l", ValueTree.Copy(values)["l"]), ("end", (nint)end)));

        if (fits)
            render().Should().Be(end.ToString(System.Globalization.CultureInfo.InvariantCulture));
        else
            render.Should().Throw<GitOps.Helm.Templates.TemplateException>().WithMessage("*slice index out of bounds*");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    [InlineData(33, 71)]
    [InlineData(300, 303)]
    public void Grown_ItemByItem_IsRoundedUpToWhatIsAllocated(int count, int expected) => GitOps.Helm.Templates.GoCapacity.Grown(count).Should().Be(expected);

    [Theory]
    [InlineData("""{{ $p := splitList "," "c,b,a" }}{{ $s := sortAlpha $p }}{{ $p }}{{ $s }}""", "[a b c][a b c]")]
    [InlineData("""{{ $p := list "c" "b" }}{{ $s := sortAlpha $p }}{{ $p }}{{ $s }}""", "[c b][b c]")]
    [InlineData("""{{ $p := splitList "," "c,b,a" }}{{ $d := deepCopy $p }}{{ $s := sortAlpha $p }}{{ $d }}""", "[c b a]")]
    public void SortAlpha_ListOfStrings_IsSortedInPlace(string template, string expected) => TemplateRun.Render(template).Should().Be(expected);
}
