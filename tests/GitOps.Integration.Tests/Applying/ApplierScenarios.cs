using System.Text;
using GitOps.Integration.Tests.Servers;
using GitOps.Json;
using GitOps.Kubernetes;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Integration.Tests.Applying;

/// <summary>What every scenario needs: an applier on the server under test, a client to look at it, a namespace of its own.</summary>
public abstract class ApplierScenarios : IDisposable
{
    private static readonly ApiResource s_clusterRoles = new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false);
    private static readonly ApiResource s_roleBindings = new("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true);

    private readonly List<KubernetesApplier> _appliers = [];
    private readonly ClusterConnection? _connection;

    protected ApplierScenarios(ITestCluster cluster)
    {
        if (cluster.SkipReason is { } reason)
        {
            Assert.Skip(reason);
        }

        Cluster = cluster;
        Options = NewOptions();
        _connection = ClusterConnection.Open(Options);
        Client = new DynamicClient(_connection, Options, TimeProvider.System);
        Applier = NewApplier();
    }

    protected ITestCluster Cluster { get; }

    protected KubernetesOptions Options { get; }

    internal DynamicClient Client { get; }

    protected KubernetesApplier Applier { get; }

    /// <summary>A name that no other test uses.</summary>
    protected string Unique { get; } = "t" + Guid.NewGuid().ToString("N")[..10];

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static ApiResource ConfigMaps { get; } = new("", "v1", "ConfigMap", "configmaps", true);

    internal static ApiResource Namespaces { get; } = new("", "v1", "Namespace", "namespaces", false);

    internal static ApiResource Deployments { get; } = new("apps", "v1", "Deployment", "deployments", true);

    protected KubernetesOptions NewOptions() => new() { Kubeconfig = Cluster.Kubeconfig, PruneWait = TimeSpan.FromSeconds(1) };

    protected KubernetesApplier NewApplier(KubernetesOptions? options = null, TimeProvider? time = null)
    {
        var applier = new KubernetesApplier(options ?? NewOptions(), time);
        _appliers.Add(applier);
        return applier;
    }

    public void Dispose()
    {
        foreach (var applier in _appliers)
        {
            applier.Dispose();
        }

        _connection?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the namespace of the test and lets an account of it do something with its ConfigMaps, and with nothing else.</summary>
    protected async Task GrantAsync(string account, params string[] verbs)
    {
        var (ns, name) = (account.Split('/')[0], account.Split('/')[1]);
        await CreateAsync(Namespaces, "", Namespace(ns));
        await CreateAsync(s_clusterRoles, "", Json($$$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"{{{ns}}}"},
             "rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":[{{{string.Join(',', verbs.Select(v => $"\"{v}\""))}}}]}]}
            """));
        await CreateAsync(s_roleBindings, ns, Json($$$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{{ns}}}"},
             "subjects":[{"kind":"ServiceAccount","name":"{{{name}}}","namespace":"{{{ns}}}"}]}
            """));

        async Task CreateAsync(ApiResource resource, string @namespace, Manifest manifest) =>
            (await Client.CreateAsync(resource, @namespace, manifest.Root, new(), Token)).Error.Should().BeNull();
    }

    protected static Manifest Json(string json) => new(JsonTreeReader.ReadMap(Encoding.UTF8.GetBytes(json)));

    protected static Manifest Namespace(string name) => Json($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{name}}}"}}""");

    protected static Manifest ConfigMap(string @namespace, string name, string value = "1", string extra = "") =>
        Json($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","namespace":"{{{@namespace}}}"{{{extra}}}},"data":{"key":"{{{value}}}"}}""");

    protected static Manifest Deployment(string @namespace, string name, int replicas = 1, string image = "registry.example/web:1", string label = "web") => Json($$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{name}}}","namespace":"{{{@namespace}}}"},
         "spec":{"replicas":{{{replicas}}},"selector":{"matchLabels":{"app":"{{{label}}}"}},"template":{"metadata":{"labels":{"app":"{{{label}}}"}},
           "spec":{"containers":[{"name":"web","image":"{{{image}}}","ports":[{"containerPort":80}]}]} } } }
        """);

    protected async Task<Plan> PlanAsync(string unit, params Manifest[] manifests) => await Applier.PlanAsync(new ApplyRequest(unit, manifests), Token);

    protected async Task<ChangeSet> ApplyAsync(string unit, params Manifest[] manifests) => await ApplyAsync(new ApplyRequest(unit, manifests));

    protected async Task<ChangeSet> ApplyAsync(ApplyRequest request, KubernetesApplier? applier = null)
    {
        applier ??= Applier;
        var plan = await applier.PlanAsync(request, Token);
        plan.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        var changes = await applier.ApplyAsync(plan, null, Token);
        changes.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        changes.Changes.Where(c => c.Error is not null).Should().BeEmpty();
        return changes;
    }

    internal async Task<MapNode?> LiveAsync(ApiResource resource, string @namespace, string name)
    {
        var result = await Client.GetAsync(resource, @namespace, name, Token);
        if (result.Succeeded)
        {
            return result.Body;
        }

        result.Error.IsNotFound.Should().BeTrue(result.Error.Message);
        return null;
    }

    internal async Task<IReadOnlyList<string>> InventoryAsync(string unit)
    {
        var (inventory, error) = await new Kubernetes.Inventories.InventoryStore(Client, Options).LoadAsync(unit, Token);
        error.Should().BeNull();
        return [.. inventory!.Entries.Values.Select(e => e.FluxId).Order(StringComparer.Ordinal)];
    }

    internal async Task MergeAsync(ApiResource resource, string @namespace, string name, string patch, string manager = "somebody")
    {
        var result = await Client.PatchAsync(resource, @namespace, name, PatchKind.Merge, Encoding.UTF8.GetBytes(patch), new() { FieldManager = manager }, Token);
        result.Succeeded.Should().BeTrue(result.Error?.Message);
    }

    protected static string Selector(string unit) => Owner.Of(unit, "gitops-system").Selector;
}
