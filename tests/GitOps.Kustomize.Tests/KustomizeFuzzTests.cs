using System.Text;
using CsCheck;

namespace GitOps.Kustomize.Tests;

public sealed class KustomizeFuzzTests
{
    private static readonly string[] s_files = ["kustomization.yaml", "web.yaml", "patch.yaml"];

    private static readonly string[] s_fragments =
    [
        "null", "[]", "{}", "- a", "$patch: delete", "$patch: replace", "name: x", "metadata:", "spec:", "kind: List", "items: [null]", "<<: {a: b}", "&a", "*a",
        "\t", "---", "...", "'", "\"", "|", ">", "? ", ": ", "# {", "!!int", "!!binary a", "0x", "1e999", "\u0085", "[*]", "(", "*", "$(X)", "${X}", "path: ..", "path: /",
    ];

    private static readonly Dictionary<string, string> s_seed = new(StringComparer.Ordinal)
    {
        ["kustomization.yaml"] = """
            namespace: ns
            namePrefix: p-
            labels:
            - pairs: {a: b}
              includeSelectors: true
            commonAnnotations: {c: d}
            resources: [web.yaml]
            patches:
            - path: patch.yaml
            - target: {kind: Deployment, name: w.*}
              patch: |-
                - op: add
                  path: /spec/template/spec/containers/0/env/-
                  value: {name: X, value: "1"}
            images: [{name: nginx, newTag: v2}]
            replicas: [{name: web, count: 2}]
            configMapGenerator: [{name: c, literals: [a=b]}]
            vars:
            - name: V
              objref: {apiVersion: apps/v1, kind: Deployment, name: web}
            replacements:
            - source: {kind: Deployment, name: web, fieldPath: spec.replicas}
              targets:
              - select: {kind: Service}
                fieldPaths: ["spec.ports.[name=http].port"]

            """,
        ["web.yaml"] = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, labels: {app: web}}
            spec:
              replicas: 1
              selector: {matchLabels: {app: web}}
              template:
                spec:
                  containers:
                  - name: app
                    image: nginx:1.0
                    env: [{name: A, value: $(V)}]
                    ports: [{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              ports: [{name: http, port: 80}]

            """,
        ["patch.yaml"] = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              template:
                spec:
                  containers:
                  - {name: app, args: [x]}
                  - {name: new, $patch: merge}

            """,
    };

    [Fact]
    public void Seed_Itself_Builds() => Build(s_seed).Should().Contain("p-web").And.Contain("nginx:v2");

    [Fact]
    public void Build_MutatedInput_GivesOutputOrAnError() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2000], Gen.Int[0, 12], Gen.Int[0, s_fragments.Length - 1], Gen.Int[0, 3]).Array[1, 4].Sample(
            mutations =>
            {
                var files = new Dictionary<string, string>(s_seed, StringComparer.Ordinal);
                foreach (var (file, place, length, fragment, kind) in mutations)
                {
                    var text = files[s_files[file]];
                    var at = text.Length == 0 ? 0 : place % text.Length;
                    var rest = Math.Min(at + length, text.Length);
                    files[s_files[file]] = kind switch
                    {
                        0 => text[..at] + text[rest..],
                        1 => text[..at] + s_fragments[fragment] + text[rest..],
                        2 => text[..at] + s_fragments[fragment] + text[at..],
                        _ => text[..at] + text[at..rest] + text[at..rest] + text[rest..],
                    };
                }

                BuildsOrRefuses(files);
                return true;
            },
            iter: 4_000);

    [Fact]
    public void Build_RandomBytes_GivesOutputOrAnError() =>
        Gen.Select(Gen.Int[0, 2], Gen.Byte.Array[0, 100]).Sample(
            (file, bytes) =>
            {
                var files = s_seed.ToDictionary(f => f.Key, f => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(f.Value), StringComparer.Ordinal);
                files[s_files[file]] = bytes;
                try
                {
                    KustomizeBuild.Run(new MemoryFileTree(files), TreePath.Root, KustomizeOptions.Default, legacyOrder: true, CancellationToken.None);
                }
                catch (GitOpsException)
                {
                    return true;
                }

                return true;
            },
            iter: 1000);

    private static void BuildsOrRefuses(Dictionary<string, string> files)
    {
        string? first;
        try
        {
            first = Build(files);
        }
        catch (GitOpsException e)
        {
            e.Message.Should().NotBeNullOrWhiteSpace();
            return;
        }

        Build(files).Should().Be(first, "a build is deterministic");
    }

    private static string Build(Dictionary<string, string> files) =>
        Encoding.UTF8.GetString(KustomizeBuild.Run(new MemoryFileTree(files), TreePath.Root, KustomizeOptions.Default, legacyOrder: true, CancellationToken.None));
}
