using CsCheck;
using GitOps.Helm.Functions;
using GitOps.Helm.Templates;
using GitOps.Helm.Tests.Templates;

namespace GitOps.Helm.Tests.Functions;

public sealed class FunctionLawsTests
{
    private static readonly Gen<object?> Scalar = Gen.OneOf(
        Gen.Const((object?)null), Gen.Bool.Select(b => (object?)b), Gen.Int[-5, 5].Select(i => (object?)(double)i), Gen.Const((object?)string.Empty), Pick("a", "b").Select(s => (object?)s));

    private static readonly Gen<Dictionary<string, object?>> Map = MapOf(MapOf(MapOf(null)));

    [Fact]
    public void Merge_EmptySource_ChangesNothing() => Map.Sample(map =>
    {
        var before = GoFormatter.ToText(map);
        DeepMerge.Merge(map, [], overwrite: true);
        return GoFormatter.ToText(map) == before;
    });

    [Fact]
    public void Merge_SameSourceTwice_IsAsOnce() => Gen.Select(Map, Map, Gen.Bool).Sample((target, source, overwrite) =>
    {
        DeepMerge.Merge(target, source, overwrite);
        var once = GoFormatter.ToText(target);
        DeepMerge.Merge(target, source, overwrite);
        return GoFormatter.ToText(target) == once;
    });

    [Fact]
    public void Merge_WithoutOverwrite_KeepsEveryFullValue() => Gen.Select(Map, Map).Sample((target, source) =>
    {
        var kept = target.Where(e => !GoCast.IsEmpty(e.Value) && e.Value is not Dictionary<string, object?>).ToList();
        DeepMerge.Merge(target, source, overwrite: false);
        return kept.All(e => Equals(target[e.Key], e.Value));
    });

    [Fact]
    public void ToJson_AnyMap_ReadsBackTheSame() => Map.Sample(map => GoDeepEqual.Compare(GoJsonReader.Read(GoJson.Write(map)), map));

    [Fact]
    public void ToYaml_AnyMap_ReadsBackTheSame() => Map.Sample(map =>
        TemplateRun.Render("{{ . | toYaml | fromYaml | toJson }}", map) == GoJson.Write(map), iter: 300);

    [Fact]
    public void Base64_AnyBytes_DecodesToTheSame() => Gen.Byte.Array[0, 64].Sample(bytes =>
        TemplateRun.Render("{{ . | b64enc | b64dec }}{{ . | b32enc | b32dec }}", GoText.FromBytes(bytes)) is var text
        && GoText.GetBytes(text).AsSpan().SequenceEqual([.. bytes, .. bytes]), iter: 300);

    [Fact]
    public void EncryptAes_AnyText_DecryptsToTheSame() => Gen.String[Gen.Char.AlphaNumeric, 1, 50].Sample(text =>
        TemplateRun.Render("{{ . | encryptAES \"key\" | decryptAES \"key\" }}", text) == text, iter: 50);

    [Theory]
    [InlineData("a(x*)b", "-ab-axxb-", "${1}W", "-W-xxW-")]
    [InlineData("", "abc", "-", "-a-b-c-")]
    [InlineData("b*", "abc", "-", "-a-c-")]
    [InlineData("(?i)É", "éÉ", "x", "xx")]
    [InlineData(".", "a😀b", "x", "xxx")]
    [InlineData("[^a]", "a😀b", "x", "axx")]
    [InlineData("\\bfoo\\b", "foo foobar", "x", "x foobar")]
    [InlineData("(?U)a+", "aaa", "x", "xxx")]
    [InlineData("(?P<n>a)|b", "ab", "[$n]", "[a][]")]
    [InlineData("[a-z-_.]+", "a-_.B", "x", "xB")]
    public void RegexReplaceAll_Re2Pattern_ReplacesAsGo(string pattern, string text, string replacement, string expected) =>
        TemplateRun.Render("{{ regexReplaceAll .p .t .r }}", TemplateRun.Map(("p", pattern), ("t", text), ("r", replacement))).Should().Be(expected);

    [Theory]
    [InlineData("(?=a)")]
    [InlineData("(?<=a)b")]
    [InlineData("a**")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[b-a]")]
    [InlineData("\\1")]
    [InlineData("a{1001}")]
    [InlineData("\\p{NoSuchScript}")]
    public void MustRegexMatch_NotRe2_Fails(string pattern)
    {
        var act = () => TemplateRun.Render("{{ mustRegexMatch . \"x\" }}", pattern);
        act.Should().Throw<TemplateException>().WithMessage("*error parsing regexp: *");
    }

    [Fact]
    public void Parse_AnyPattern_GivesExpressionOrFails() => Gen.String[Pick("abz09.*+?|()[]{}^$\\-:,dwsPpLQEiU<>=!x".ToCharArray()), 0, 12].Sample(pattern =>
    {
        try
        {
            _ = GoRegex.Parse(pattern).IsMatch("ab09");
        }
        catch (FunctionException)
        {
            // The one way to fail.
        }
    }, iter: 3_000);

    [Theory]
    [InlineData("cfg/*.yaml", "cfg/a.yaml", true)]
    [InlineData("cfg/*.yaml", "cfg/sub/a.yaml", false)]
    [InlineData("**.yaml", "cfg/sub/a.yaml", true)]
    [InlineData("cfg/{a,b*}.yaml", "cfg/bcd.yaml", true)]
    [InlineData("[!a-c]?", "dx", true)]
    [InlineData("[!abc]?", "ax", false)]
    [InlineData("a\\*b", "a*b", true)]
    public void IsMatch_Glob_FollowsTheOriginal(string pattern, string path, bool expected) => GlobPattern.TryParse(pattern)!.IsMatch(path).Should().Be(expected);

    [Theory]
    [InlineData("2006-01-02T15:04:05Z07:00", "2023-11-14T22:13:20Z")]
    [InlineData("Mon, 02 Jan 2006 15:04:05 MST", "Tue, 14 Nov 2023 22:13:20 UTC")]
    [InlineData("Monday January _2 3:04PM 06 .000 -0700", "Tuesday November 14 10:13PM 23 .000 +0000")]
    [InlineData("002 __2 2 1 01 5 05", "318 318 14 11 11 20 20")]
    public void DateInZone_GoLayout_FormatsAsGo(string layout, string expected) =>
        TemplateRun.Render("{{ dateInZone . 1700000000 \"UTC\" }}", layout).Should().Be(expected);

    [Fact]
    public void ToDate_FormattedTime_IsTheSameInstant() => Gen.Long[-30_000_000_000, 100_000_000_000].Sample(seconds =>
        GoLayout.Parse("2006-01-02T15:04:05Z07:00", GoLayout.Format(new GoTime(seconds, 0, GoZone.Utc), "2006-01-02T15:04:05Z07:00"), GoZone.Utc).UnixSeconds == seconds);

    [Fact]
    public void TryParse_PrintedDuration_IsTheSame() => Gen.Long.Sample(nanoseconds =>
        DurationText.TryParse(new GoDuration(nanoseconds).GoString(), out var back, out _) && Math.Abs((double)back.Nanoseconds - nanoseconds) <= 1);

    [Theory]
    [InlineData("https://u:p@h.example:8080/a%20b/c?q=1#f")]
    [InlineData("mailto:a@b")]
    [InlineData("//host/path")]
    [InlineData("/only/path?x=y")]
    [InlineData("http://[::1]:80/")]
    public void UrlJoin_ParsedUrl_IsTheSame(string url) => TemplateRun.Render("{{ . | urlParse | urlJoin }}", url).Should().Be(url.Replace("%20", "%20", StringComparison.Ordinal));

    [Fact]
    public void GenSignedCert_FromAuthority_VerifiesAgainstIt()
    {
        var text = TemplateRun.Render("{{ $ca := genCA \"ca\" 10 }}{{ $c := genSignedCert \"svc\" (list \"10.0.0.1\") (list \"svc.local\") 5 $ca }}{{ $ca.Cert }}|{{ $c.Cert }}|{{ $c.Key }}");
        var parts = text.Split('|');
        using var authority = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(parts[0]);
        using var leaf = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(parts[1], parts[2]);
        using var chain = new System.Security.Cryptography.X509Certificates.X509Chain();
        chain.ChainPolicy.TrustMode = System.Security.Cryptography.X509Certificates.X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = DateTime.UtcNow.AddSeconds(5);
        chain.Build(leaf).Should().BeTrue();
        leaf.MatchesHostname("svc.local").Should().BeTrue();
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<Dictionary<string, object?>> MapOf(Gen<Dictionary<string, object?>>? inner)
    {
        var value = inner is null ? Scalar : Gen.OneOf(Scalar, inner.Select(m => (object?)m));
        return Gen.Select(Pick("k", "l", "m", "n"), value).Array[0, 3].Select(entries =>
        {
            var map = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var (key, item) in entries)
                map[key] = item;
            return map;
        });
    }
}
