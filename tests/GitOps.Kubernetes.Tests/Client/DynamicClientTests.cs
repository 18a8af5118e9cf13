using System.Net;
using System.Text;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Tests.Client;

/// <summary>Busy, failing and vanished servers on a clock that the test moves.</summary>
public sealed class DynamicClientTests
{
    private static readonly ApiResource s_configMaps = new("", "v1", "ConfigMap", "configmaps", true);

    private readonly SteppedTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task Get_RetryAfter_WaitsAsLongAsTheServerSays(HttpStatusCode status)
    {
        var asked = 0;
        var api = new ScriptedApi((_, _) =>
        {
            if (++asked > 1)
            {
                return ScriptedApi.Json("{}");
            }

            var busy = ScriptedApi.Refusal(status);
            busy.Headers.RetryAfter = new(TimeSpan.FromSeconds(7));
            return busy;
        });
        var client = api.Client(_time);

        var first = client.GetPathAsync("version", null, Token).AsTask();
        await _time.WaitedForAsync(Token);
        var second = client.GetPathAsync("version", null, Token).AsTask();
        await _time.WaitedForAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(6.9));
        asked.Should().Be(1, "neither the refused request nor another one may be sent before the server wants it");
        _time.Advance(TimeSpan.FromSeconds(0.2));

        (await first).Succeeded.Should().BeTrue();
        (await second).Succeeded.Should().BeTrue();
    }

    [Fact]
    public async Task Get_ServerGoneForGood_EndsWithWhatHappened()
    {
        var api = new ScriptedApi((_, _) => throw new HttpRequestException("Connection refused"));
        var getting = api.Client(_time).GetPathAsync("version", null, Token).AsTask();

        for (var i = 0; i < new KubernetesOptions().MaxRetries; i++)
        {
            await _time.WaitedForAsync(Token);
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        var result = await getting;
        result.Error!.IsUnreachable.Should().BeTrue();
        result.Error.Message.Should().Contain("Connection refused");
        api.Requests.Should().HaveCount(1 + new KubernetesOptions().MaxRetries);
    }

    [Fact]
    public async Task Watch_ConnectionRefusedForAMinute_GoesOnWithFewTriesAndMissesNothing()
    {
        var downUntil = _time.GetUtcNow() + TimeSpan.FromMinutes(1);
        var lists = 0;
        var api = new ScriptedApi((request, _) =>
        {
            if (request.RequestUri!.Query.Contains("watch=1", StringComparison.Ordinal))
            {
                return _time.GetUtcNow() < downUntil ? throw new HttpRequestException("Connection refused") : Stream(Event("ADDED", "late", 9));
            }

            lists++;
            return ScriptedApi.Json("""{"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"early","resourceVersion":"4"}}]}""");
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        List<string> seen = [];
        var watching = Task.Run(async () =>
        {
            await foreach (var change in ObjectWatch.RunAsync(api.Client(_time, new KubernetesOptions { MaxRetries = 0 }), s_configMaps, new ListOptions(), _time, stop.Token))
            {
                if (change.Kind == WatchEventKind.Added)
                {
                    seen.Add(change.Object!.GetMap("metadata")!.GetString("name")!);
                    if (seen.Count == 2)
                    {
                        return;
                    }
                }
            }
        }, Token);

        while (_time.GetUtcNow() < downUntil)
        {
            await _time.WaitedForAsync(Token);
            _time.Advance(TimeSpan.FromSeconds(32));
        }

        await watching.WaitAsync(TimeSpan.FromSeconds(30), Token);
        seen.Should().Equal("early", "late");
        lists.Should().Be(1, "a lost connection is no reason to list again: the resource version is still good");
        api.Requests.Count.Should().BeLessThan(8);
        await stop.CancelAsync();
    }

    [Fact]
    public async Task Watch_BookmarksAndGone_ResumesFromTheBookmarkAndListsAnewWhenForgotten()
    {
        var watches = 0;
        var api = new ScriptedApi((request, _) => request.RequestUri!.Query.Contains("watch=1", StringComparison.Ordinal)
            ? ++watches switch
            {
                1 => Stream(Event("BOOKMARK", "", 50)),
                2 => Stream("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"""),
                _ => Stream(Event("ADDED", "last", 80)),
            }
            : ScriptedApi.Json($$"""{"metadata":{"resourceVersion":"{{(watches == 0 ? 10 : 70)}}"},"items":[]}"""));
        List<WatchEventKind> seen = [];
        await foreach (var change in ObjectWatch.RunAsync(api.Client(_time), s_configMaps, new ListOptions(), _time, Token))
        {
            seen.Add(change.Kind);
            if (change.Kind == WatchEventKind.Added)
            {
                break;
            }
        }

        seen.Should().Equal(WatchEventKind.Relisting, WatchEventKind.Synced, WatchEventKind.Relisting, WatchEventKind.Synced, WatchEventKind.Added);
        api.Requests.Where(r => r.Contains("watch=1", StringComparison.Ordinal)).Select(r => r.Split("resourceVersion=")[1].Split('&')[0]).Should().Equal("10", "50", "70");
        api.Requests[1].Should().Contain("allowWatchBookmarks=true");
    }

    [Fact]
    public async Task Watch_CredentialsRefused_IsTriedAgainWhileForbiddenIsFinal()
    {
        var status = HttpStatusCode.Unauthorized;
        var api = new ScriptedApi((_, _) => ScriptedApi.Refusal(status));
        List<int> errors = [];
        var watching = Task.Run(async () =>
        {
            await foreach (var change in ObjectWatch.RunAsync(api.Client(_time), s_configMaps, new ListOptions(), _time, Token))
            {
                errors.Add(change.Error!.StatusCode);
            }
        }, Token);
        await _time.WaitedForAsync(Token);
        status = HttpStatusCode.Forbidden;
        _time.Advance(TimeSpan.FromSeconds(30));

        await watching.WaitAsync(TimeSpan.FromSeconds(30), Token);
        errors.Should().Equal(401, 403);
    }

    [Fact]
    public async Task List_Pages_AreReadToTheEndAndFromTheStartWhenTheTokenExpires()
    {
        var expired = false;
        var api = new ScriptedApi((request, _) =>
        {
            var query = request.RequestUri!.Query;
            if (query.Contains("continue=two", StringComparison.Ordinal))
            {
                expired = true;
                return ScriptedApi.Refusal(HttpStatusCode.Gone, "Expired");
            }

            return ScriptedApi.Json(expired
                ? """{"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}},{"metadata":{"name":"c"}}]}"""
                : query.Contains("continue=one", StringComparison.Ordinal)
                    ? """{"metadata":{"resourceVersion":"5","continue":"two"},"items":[{"metadata":{"name":"b"}}]}"""
                    : """{"metadata":{"resourceVersion":"5","continue":"one"},"items":[{"metadata":{"name":"a"}}]}""");
        });
        HashSet<string> names = [];

        var (version, error) = await api.Client(_time).ListAsync(s_configMaps, new ListOptions { PageSize = 1 }, item => names.Add(item.GetMap("metadata")!.GetString("name")!), Token);

        error.Should().BeNull();
        version.Should().Be("9");
        names.Should().BeEquivalentTo("a", "b", "c");
        api.Requests[^1].Should().NotContain("limit=", "a second expiry must not make it go round for ever");
    }

    private static HttpResponseMessage Stream(params string[] lines) => new(HttpStatusCode.OK) { Content = new StringContent(string.Join('\n', lines) + "\n", Encoding.UTF8, "application/json") };

    private static string Event(string type, string name, int version) => $$$"""{"type":"{{{type}}}","object":{"metadata":{"name":"{{{name}}}","resourceVersion":"{{{version}}}"} } }""";
}
