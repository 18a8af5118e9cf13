using System.Globalization;
using System.Net;
using CsCheck;
using GitOps.Json;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Tests.Inventories;

/// <summary>Inventories on a server that keeps ConfigMaps and can die between any two writes.</summary>
public sealed class InventoryStoreTests
{
    private readonly SortedDictionary<string, MapNode> _stored = new(StringComparer.Ordinal);
    private readonly ScriptedApi _api;
    private int _version;
    private int _writesLeft = int.MaxValue;
    private bool _loseAnswers;

    public InventoryStoreTests() => _api = new ScriptedApi(Answer);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Save_ThenLoad_GivesTheSameEntriesAndIsStableWhenNothingChanges()
    {
        var store = NewStore();
        var entries = Entries(40, i => new("", "ConfigMap", "ns", $"c{i}"), "hash");
        entries[new("rbac.authorization.k8s.io", "ClusterRole", "", "system:a:b")] = new(new("rbac.authorization.k8s.io", "ClusterRole", "", "system:a:b"), "v1", "d", "l") { Released = true };

        (await store.SaveAsync(Inventory.Empty("unit"), entries, Token)).Error.Should().BeNull();
        var (loaded, _) = await store.LoadAsync("unit", Token);
        loaded!.Entries.Should().BeEquivalentTo(entries);

        var requests = _api.Requests.Count;
        await store.SaveAsync(loaded, entries, Token);
        _api.Requests.Should().HaveCount(requests, "what is stored already is not written again");
    }

    [Fact]
    public async Task Save_ManyEntries_AreSplitAndEveryShardFitsAConfigMap()
    {
        var entries = Entries(9000, i => new("apps", "Deployment", "a-namespace-with-a-longer-name", $"a-deployment-with-a-longer-name-{i}"), "0123456789abcdef01234567");

        await NewStore().SaveAsync(Inventory.Empty("unit"), entries, Token);

        _stored.Should().HaveCountGreaterThan(3);
        _stored.Values.Should().OnlyContain(c => JsonTreeWriter.Write(c).Length < 900_000);
        (await NewStore().LoadAsync("unit", Token)).Inventory!.Entries.Should().HaveCount(9000);
    }

    [Fact]
    public async Task Save_ServerDiesAfterAnyWrite_NoEntryIsEverInNoShard()
    {
        var small = Entries(2000, i => new("apps", "Deployment", "a-namespace-with-a-longer-name", $"a-deployment-with-a-longer-name-{i}"), "0123456789abcdef01234567");
        var large = Entries(6000, i => new("apps", "Deployment", "a-namespace-with-a-longer-name", $"a-deployment-with-a-longer-name-{i}"), "0123456789abcdef01234567");
        for (var writes = 0; ; writes++)
        {
            _stored.Clear();
            _writesLeft = int.MaxValue;
            var store = NewStore();
            var (known, _) = await store.SaveAsync(Inventory.Empty("unit"), small, Token);
            _writesLeft = writes;

            var (saved, _) = await store.SaveAsync(known!, large, Token);

            var (loaded, _) = await NewStore().LoadAsync("unit", Token);
            loaded!.Entries.Keys.Should().Contain(small.Keys);
            if (saved is not null)
            {
                loaded.Entries.Should().HaveCount(6000);
                writes.Should().BeGreaterThan(1, "there must have been something to interrupt");
                return;
            }
        }
    }

    [Fact]
    public async Task Save_SomebodyElseWrote_IsAConflict()
    {
        var (mine, theirs) = (NewStore(), NewStore());
        var entries = Entries(3, i => new("", "ConfigMap", "ns", $"c{i}"), "");
        await mine.SaveAsync(Inventory.Empty("unit"), entries, Token);
        var (first, _) = await mine.LoadAsync("unit", Token);
        var (second, _) = await theirs.LoadAsync("unit", Token);
        var more = Entries(4, i => new("", "ConfigMap", "ns", $"c{i}"), "");

        (await theirs.SaveAsync(second!, more, Token)).Error.Should().BeNull();

        (await mine.SaveAsync(first!, more, Token)).Error!.IsConflict.Should().BeTrue("also when both want to store the same: two writers are two writers");
    }

    [Fact]
    public async Task Save_AnswerLost_IsRecognisedAsOurOwnWrite()
    {
        var store = NewStore();
        var (known, _) = await store.SaveAsync(Inventory.Empty("unit"), Entries(1, i => new("", "ConfigMap", "ns", $"c{i}"), ""), Token);
        foreach (var count in (int[])[2, 3])
        {
            _loseAnswers = true;
            var (saved, error) = await store.SaveAsync(known!, Entries(count, i => new("", "ConfigMap", "ns", $"c{i}"), ""), Token);
            error.Should().BeNull();
            known = saved;
        }
    }

    [Fact]
    public void FluxId_AnyObject_ReadsBackAsItIs()
    {
        var name = Gen.Char["abcxyz019-.:"].Array[1, 30].Select(c => new string(c));
        Gen.Select(name, name, Gen.Int[0, 2]).Where((n, s, _) => !n.Contains("__", StringComparison.Ordinal)).Sample((n, @namespace, kind) =>
        {
            ResourceId id = kind switch
            {
                0 => new("", "ConfigMap", @namespace.Replace(':', '-'), n.Replace(':', '-')),
                1 => new("rbac.authorization.k8s.io", "ClusterRole", "", n),
                _ => new("apps", "Deployment", @namespace.Replace(':', '-'), n.Replace(':', '-')),
            };
            return InventoryEntry.TryParseId(new InventoryEntry(id, "v1").FluxId, out var read) && read == id;
        });
    }

    private InventoryStore NewStore() => new(_api.Client(TimeProvider.System, new KubernetesOptions { MaxRetries = 1 }), new KubernetesOptions());

    private static Dictionary<ResourceId, InventoryEntry> Entries(int count, Func<int, ResourceId> id, string hash) =>
        Enumerable.Range(0, count).Select(i => new InventoryEntry(id(i), "v1", hash, hash)).ToDictionary(e => e.Id);

    private HttpResponseMessage Answer(HttpRequestMessage request, MapNode? body)
    {
        var name = body?.GetMap("metadata")?.GetString("name") ?? request.RequestUri!.Segments[^1];
        if (request.Method == HttpMethod.Get)
        {
            if (request.RequestUri!.AbsolutePath.EndsWith("/configmaps", StringComparison.Ordinal))
            {
                return ScriptedApi.Json($$"""{"metadata":{"resourceVersion":"1"},"items":[{{string.Join(',', _stored.Values.Select(v => JsonTreeWriter.WriteText(v)))}}]}""");
            }

            return _stored.TryGetValue(name, out var found) ? ScriptedApi.Json(JsonTreeWriter.WriteText(found)) : ScriptedApi.Refusal(HttpStatusCode.NotFound);
        }

        if (_writesLeft-- <= 0)
        {
            return ScriptedApi.Refusal(HttpStatusCode.Forbidden);
        }

        if (request.Method == HttpMethod.Post && _stored.ContainsKey(name))
        {
            return ScriptedApi.Refusal(HttpStatusCode.Conflict, "AlreadyExists");
        }

        if (request.Method == HttpMethod.Put && _stored[name].GetMap("metadata")!.GetString("resourceVersion") != body!.GetMap("metadata")!.GetString("resourceVersion"))
        {
            return ScriptedApi.Refusal(HttpStatusCode.Conflict, "Conflict");
        }

        body!.GetMap("metadata")!.Set("resourceVersion", (++_version).ToString(CultureInfo.InvariantCulture));
        _stored[name] = body;
        if (_loseAnswers)
        {
            _loseAnswers = false;
            throw new HttpRequestException("The connection was cut.");
        }

        return ScriptedApi.Json(JsonTreeWriter.WriteText(body));
    }
}
