using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using GitOps.Git;
using GitOps.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>A host with a Git repository and an in-memory cluster of its own; every wait says in the end what it waited for.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly HttpClient _client;
    private readonly List<GitOpsEvent> _events = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reader;
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Fleet(string folder, BareGitRepository repository, InMemoryCluster cluster, IHost host)
    {
        Folder = folder;
        Repository = repository;
        Cluster = cluster;
        _host = host;
        _client = new HttpClient { BaseAddress = cluster.Url };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token);
        Engine = host.Services.GetRequiredService<GitOpsEngine>();
        _reader = ReadAsync(Engine.ReadEventsAsync(_stop.Token));
    }

    public string Folder { get; }

    public BareGitRepository Repository { get; }

    public InMemoryCluster Cluster { get; }

    public GitOpsEngine Engine { get; }

    public IServiceProvider Services => _host.Services;

    public IReadOnlyList<GitOpsEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Makes the host without starting it; the repository already has its first commit, on main.</summary>
    public static async Task<Fleet> CreateAsync(Action<IGitOpsBuilder> configure, InMemoryClusterOptions? cluster = null, params IEnumerable<GitFileChange> files) =>
        await CreateOnAsync(await InMemoryCluster.StartAsync(cluster ?? new InMemoryClusterOptions()), configure, files);

    /// <summary>The same on a cluster that runs already; it ends with the fleet.</summary>
    public static Task<Fleet> CreateOnAsync(InMemoryCluster inMemory, Action<IGitOpsBuilder> configure, params IEnumerable<GitFileChange> files) =>
        CreateOnAsync(inMemory, TimeProvider.System, configure, files);

    /// <summary>The same with a clock of the test's own for the host; the cluster's is the real one.</summary>
    public static async Task<Fleet> CreateOnAsync(InMemoryCluster inMemory, TimeProvider time, Action<IGitOpsBuilder> configure, params IEnumerable<GitFileChange> files)
    {
        var folder = Directory.CreateTempSubdirectory("gitops-fleet-").FullName;
        var repository = BareGitRepository.Create(Path.Combine(folder, "fleet.git"));
        await repository.CommitAsync("First", [.. files]);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(time);
        var gitOps = builder.Services.AddGitOps()
            .AddGitSource("fleet", source =>
            {
                source.Url = repository.Url;
                source.Reference.Branch = "main";
                source.CacheDirectory = Path.Combine(folder, "cache");
            })
            .UseKubernetes(kubernetes => kubernetes.Kubeconfig = inMemory.Kubeconfig);
        configure(gitOps);
        return new Fleet(folder, repository, inMemory, builder.Build());
    }

    public static IEnumerable<GitFileChange> Copy(string folder, string target)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            yield return GitFileChange.Write($"{target}{Path.GetRelativePath(folder, file).Replace('\\', '/')}", File.ReadAllBytes(file));
        }
    }

    public static GitFileChange ConfigMap(string path, string name, string value = "1", string @namespace = "default") =>
        GitFileChange.Write(path, $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: {@namespace}\ndata:\n  a: \"{value}\"\n");

    /// <summary>A unit of the fleet's repository that does not wait long after a failure.</summary>
    public static Action<UnitOptions> At(string path) => unit =>
    {
        unit.Source = "fleet";
        unit.Path = path;
        unit.RetryInterval = TimeSpan.FromMilliseconds(200);
    };

    public Task StartAsync() => _host.StartAsync();

    public Task<Revision> CommitAsync(string message, params GitFileChange[] changes) => CommitAsync(new GitCommit { Message = message, Changes = changes });

    public async Task<Revision> CommitAsync(GitCommit commit)
    {
        var revision = await Repository.CommitAsync(commit);
        await Engine.PollSourceAsync("fleet");
        return revision;
    }

    public async Task<UnitStatus> WaitAsync(string unit, Func<UnitStatus, bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await Engine.WaitAsync(units => condition(units.Single(u => u.Name == unit)), timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{unit}: {string.Join("; ", Engine.GetUnit(unit).Conditions)}\n{string.Join("\n", Events.TakeLast(30).Select(e => $"{e.Unit ?? e.Source} {e.Reason}: {e.Message}"))}");
        }

        return Engine.GetUnit(unit);
    }

    public Task<UnitStatus> ReadyAsync(string unit, Revision? revision = null) =>
        WaitAsync(unit, u => u.IsReady && (revision is null || revision.SameContent(u.LastAppliedRevision)));

    public Task<UnitStatus> FailedAsync(string unit) =>
        WaitAsync(unit, u => u.Condition(ConditionTypes.Ready)?.Status == ConditionStatus.False);

    /// <summary>Waits for an event, also one that has passed already.</summary>
    public async Task<GitOpsEvent> EventAsync(Func<GitOpsEvent, bool> condition)
    {
        var deadline = Environment.TickCount64 + 60_000;
        while (true)
        {
            Task arrived;
            lock (_events)
            {
                if (_events.FirstOrDefault(condition) is { } found)
                {
                    return found;
                }

                arrived = _arrived.Task;
            }

            var left = deadline - Environment.TickCount64;
            if (left <= 0 || await Task.WhenAny(arrived, Task.Delay(TimeSpan.FromMilliseconds(left), TimeProvider.System)) != arrived)
            {
                throw new TimeoutException($"No such event among:\n{string.Join("\n", Events.TakeLast(30).Select(e => $"{e.Unit ?? e.Source} {e.Reason}: {e.Message}"))}");
            }
        }
    }

    /// <summary>What a ConfigMap of the default namespace holds under the key that <see cref="ConfigMap"/> writes; null when there is no such object.</summary>
    public async Task<string?> ValueAsync(string configMap) => (await GetAsync($"/api/v1/namespaces/default/configmaps/{configMap}"))?["data"]?["a"]?.GetValue<string>();

    /// <summary>The object at a path of the API, or null when there is none.</summary>
    public async Task<JsonNode?> GetAsync(string path)
    {
        using var response = await _client.GetAsync(path);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonNode>();
    }

    public async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, string? body = null, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        }

        using var response = await _client.SendAsync(request);
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _stop.CancelAsync();
        await _reader.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((IAsyncDisposable)_host).DisposeAsync();
        _client.Dispose();
        await Cluster.DisposeAsync();
        Repository.Dispose();
        _stop.Dispose();
        Remove(Folder);
    }

    /// <summary>Removes a test's folder.</summary>
    public static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // A fetch that was cancelled may write a last file into its mirror; the system clears its temporary directory.
        }
    }

    private async Task ReadAsync(IAsyncEnumerable<GitOpsEvent> events)
    {
        await foreach (var gitOpsEvent in events)
        {
            TaskCompletionSource arrived;
            lock (_events)
            {
                _events.Add(gitOpsEvent);
                arrived = _arrived;
                _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            arrived.TrySetResult();
        }
    }
}
