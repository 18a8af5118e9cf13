using System.Globalization;
using System.Text;

namespace GitOps.Benchmarks.Render;

/// <summary>
/// The input of the kustomize benchmarks: an overlay with prefix, labels, namespace, images, 50 patches and one replacement
/// over a base with two Deployments and two Services to each ConfigMap.
/// </summary>
internal static class KustomizeInput
{
    private const int Patches = 50;

    /// <summary>The directory to build.</summary>
    public const string Overlay = "overlay";

    /// <summary>Makes the input.</summary>
    /// <param name="objects">How many objects the base has.</param>
    public static Dictionary<string, string> Files(int objects)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["base/kustomization.yaml"] = "resources:\n- deployments.yaml\n- services.yaml\n- configmaps.yaml\n",
        };
        var count = objects * 2 / 5;
        files["base/deployments.yaml"] = Join(count, Deployment);
        files["base/services.yaml"] = Join(count, Service);
        files["base/configmaps.yaml"] = Join(objects - (2 * count), ConfigMap);
        files["overlay/kustomization.yaml"] = OverlayText(count);
        return files;
    }

    /// <summary>Makes the input as a tree in memory.</summary>
    /// <param name="objects">How many objects the base has.</param>
    public static MemoryFileTree Tree(int objects) => new(Files(objects));

    /// <summary>Writes the input to a directory, for comparisons with other tools.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="objects">How many objects the base has.</param>
    public static void Write(string directory, int objects)
    {
        foreach (var (path, text) in Files(objects))
        {
            var file = Path.Combine(directory, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
    }

    private static string Join(int count, Func<int, string> one)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append("---\n").Append(one(i));
        }

        return text.ToString();
    }

    private static string OverlayText(int deployments)
    {
        var text = new StringBuilder("""
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            namespace: bench
            namePrefix: prod-
            labels:
            - pairs:
                team: platform
                env: prod
              includeSelectors: true
            images:
            - name: registry.example.com/app
              newTag: v2.0.0
            resources:
            - ../base
            replacements:
            - source:
                kind: ConfigMap
                name: config-0
                fieldPath: data.region
              targets:
              - select:
                  kind: Deployment
                fieldPaths:
                - spec.template.spec.containers.[name=app].env.[name=REGION].value
            patches:

            """);
        for (var i = 0; i < Patches; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                - patch: |-
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata:
                      name: app-{{i * Math.Max(deployments / Patches, 1) % deployments}}
                    spec:
                      replicas: {{(i % 5) + 2}}
                      template:
                        spec:
                          containers:
                          - name: app
                            env:
                            - name: PATCHED
                              value: "{{i}}"

                """);
        }

        return text.ToString();
    }

    private static string Deployment(int i) => string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: app-{{i}}
          labels:
            app: app-{{i}}
        spec:
          replicas: 1
          selector:
            matchLabels:
              app: app-{{i}}
          template:
            metadata:
              labels:
                app: app-{{i}}
            spec:
              serviceAccountName: default
              containers:
              - name: app
                image: registry.example.com/app:v1.0.0
                ports:
                - containerPort: 8080
                  name: http
                env:
                - name: REGION
                  value: unset
                - name: LOG_LEVEL
                  value: info
                envFrom:
                - configMapRef:
                    name: config-{{i / 2}}
                resources:
                  requests:
                    cpu: 100m
                    memory: 128Mi
                  limits:
                    memory: 256Mi
                readinessProbe:
                  httpGet:
                    path: /healthz
                    port: http
                  periodSeconds: 10

        """);

    private static string Service(int i) => string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: v1
        kind: Service
        metadata:
          name: app-{{i}}
        spec:
          selector:
            app: app-{{i}}
          ports:
          - name: http
            port: 80
            targetPort: http

        """);

    private static string ConfigMap(int i) => string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: config-{{i}}
        data:
          region: eu-central-1
          settings.properties: |
            cache.size=100
            cache.ttl=60
            feature.{{i}}=true

        """);
}
