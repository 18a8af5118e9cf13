using GitOps;
using GitOps.Git;

namespace QuickStart;

/// <summary>The repository of the example, made on the spot: clusters, infrastructure, a chart, and apps with a base and three overlays.</summary>
internal sealed class FleetRepository : IDisposable
{
    private static readonly GitIdentity Ada = new("Ada Lovelace", "ada@example.com");

    private readonly BareGitRepository _repository;

    private FleetRepository(BareGitRepository repository) => _repository = repository;

    public string Url => _repository.Url;

    public static async Task<FleetRepository> CreateAsync(string folder)
    {
        var fleet = new FleetRepository(BareGitRepository.Create(folder));
        await fleet.CommitAsync("Lay out the fleet", [.. Files().Select(file => GitFileChange.Write(file.Key, file.Value))]);
        return fleet;
    }

    public async Task<Revision> CommitAsync(string message, params IReadOnlyList<GitFileChange> changes) =>
        await _repository.CommitAsync(new GitCommit { Branch = "main", Message = message, Author = Ada, Changes = changes });

    public static string Overlay(string environment, string tag, int replicas, bool withDebug = false) =>
        $"""
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        namespace: quickstart-{environment}
        resources:
          - ../base
        {(withDebug ? "  - debug.yaml\n" : "")}images:
          - name: ghcr.io/stefanprodan/podinfo
            newTag: {tag}
        replicas:
          - name: podinfo
            count: {replicas}
        labels:
          - pairs:
              environment: {environment}

        """;

    public void Dispose() => _repository.Dispose();

    private static Dictionary<string, string> Files() => new()
    {
        ["clusters/quickstart/namespaces.yaml"] = string.Join("---\n", new[] { "development", "staging", "production", "shared" }.Select(name =>
            $"""
            apiVersion: v1
            kind: Namespace
            metadata:
              name: quickstart-{name}

            """)),
        ["infrastructure/kustomization.yaml"] =
            """
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            namespace: quickstart-shared
            resources:
              - account.yaml
            configMapGenerator:
              - name: ingress
                literals:
                  - class=public
                  - timeout=30s

            """,
        ["infrastructure/account.yaml"] =
            """
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: deployer

            """,
        ["charts/cache/Chart.yaml"] =
            """
            apiVersion: v2
            name: cache
            version: 1.0.0
            appVersion: "7.4"

            """,
        ["charts/cache/values.yaml"] =
            """
            replicas: 1
            memory: 64mb

            """,
        ["charts/cache/templates/cache.yaml"] =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: {{ .Release.Name }}-config
            data:
              redis.conf: |
                maxmemory {{ .Values.memory }}
                maxmemory-policy allkeys-lru
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: {{ .Release.Name }}
              labels:
                helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
            spec:
              replicas: {{ .Values.replicas }}
              selector:
                matchLabels:
                  app: {{ .Release.Name }}
              template:
                metadata:
                  labels:
                    app: {{ .Release.Name }}
                spec:
                  containers:
                    - name: redis
                      image: "redis:{{ .Chart.AppVersion }}"

            """,
        ["apps/base/kustomization.yaml"] =
            """
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            resources:
              - deployment.yaml
              - service.yaml

            """,
        ["apps/base/deployment.yaml"] =
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: podinfo
            spec:
              selector:
                matchLabels:
                  app: podinfo
              template:
                metadata:
                  labels:
                    app: podinfo
                spec:
                  containers:
                    - name: podinfo
                      image: ghcr.io/stefanprodan/podinfo:latest
                      ports:
                        - name: http
                          containerPort: 9898

            """,
        ["apps/base/service.yaml"] =
            """
            apiVersion: v1
            kind: Service
            metadata:
              name: podinfo
            spec:
              selector:
                app: podinfo
              ports:
                - name: http
                  port: 9898
                  targetPort: http

            """,
        ["apps/development/kustomization.yaml"] = Overlay("development", "6.7.0", 1, withDebug: true),
        ["apps/development/debug.yaml"] =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: debug
            data:
              level: trace

            """,
        ["apps/staging/kustomization.yaml"] = Overlay("staging", "6.7.0", 2),
        ["apps/production/kustomization.yaml"] = Overlay("production", "6.6.0", 3),
    };
}
