using System.Globalization;
using System.Text;
using CsCheck;

namespace GitOps.Kustomize.Tests;

/// <summary>Laws of patches that hold for every object, checked through whole builds.</summary>
public sealed class PatchLawsTests
{
    private const long Iterations = 400;
    private const string Head = "apiVersion: apps/v1, kind: Deployment";
    private const string EmptyPatch = $"{{{Head}, metadata: {{name: web}}}}";

    /// <summary>An operation that changes nothing, because a JSON patch writes the object anew in any case.</summary>
    private const string NoOperation = """[{"op": "test", "path": "/kind", "value": "Deployment"}]""";

    private static readonly string[] s_scalars = ["1", "x", "\"1\"", "\"true\"", "a b", "'it''s'", "v-2.0", "\"\"", "~x"];

    private static readonly Gen<string> s_scalar = Gen.Int[0, s_scalars.Length - 1].Select(i => s_scalars[i]);

    private static readonly Gen<string> s_entries = Gen.Select(Gen.Int[0, 5], s_scalar).Array[0, 4]
        .Select(entries => string.Join(", ", entries.DistinctBy(e => e.Item1).Select(e => $"k{e.Item1}: {e.Item2}")));

    private static readonly Gen<string> s_variables = Gen.Select(Gen.Int[0, 5], s_scalar).Array[0, 4]
        .Select(entries => string.Join(", ", entries.DistinctBy(e => e.Item1).Select(e => $"{{name: V{e.Item1}, value: {e.Item2}}}")));

    private static readonly Gen<string> s_containers = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 9], s_variables).Array[1, 4]
        .Select(all => string.Join(", ", all.DistinctBy(c => c.Item1).Select(c => $"{{name: c{c.Item1}, image: \"app:{c.Item2}\", env: [{c.Item3}]}}")));

    private static readonly Gen<string> s_object = Gen.Select(Gen.Int[0, 9], s_entries, s_entries, s_containers).Select(Deployment);

    /// <summary>A patch with maps, keyed lists and nulls, but without directives and lists of scalars.</summary>
    private static readonly Gen<string> s_patch = Gen.Select(s_object, Gen.Int[0, 5], Gen.Bool).Select((text, key, remove) => remove
        ? text.Replace("labels: {app: web", string.Create(CultureInfo.InvariantCulture, $"labels: {{gone{key}: null, app: null"), StringComparison.Ordinal)
        : text);

    [Fact]
    public void StrategicMerge_EmptyPatch_ChangesNothing() =>
        s_object.Sample(o => Build(o, EmptyPatch) == Build(o), iter: Iterations);

    [Fact]
    public void StrategicMerge_ObjectWithItself_ChangesNothing() =>
        s_object.Sample(o => Build(o, o) == Build(o), iter: Iterations);

    [Fact]
    public void StrategicMerge_SamePatchTwice_IsAsOnce() =>
        Gen.Select(s_object, s_patch).Sample((o, patch) => Build(o, patch, patch) == Build(o, patch), iter: Iterations);

    [Fact]
    public void StrategicMerge_PatchOverItself_IsThePatch() =>
        Gen.Select(s_object, s_object).Sample(
            (o, patch) =>
            {
                // What a patch sets must be there afterwards, so that it finds nothing left to change in its own result.
                var once = Build(o, patch);
                return Build(once, patch) == once;
            },
            iter: Iterations);

    [Fact]
    public void StrategicMerge_DisjointPatches_Commute() =>
        Gen.Select(s_object, Gen.Int[0, 9], s_entries, s_variables).Sample(
            (o, replicas, labels, annotations) =>
            {
                var first = string.Create(CultureInfo.InvariantCulture, $"{{{Head}, metadata: {{name: web, labels: {{{labels}}}}}, spec: {{replicas: {replicas}}}}}");
                var second = $"{{{Head}, metadata: {{name: web}}, spec: {{template: {{spec: {{containers: [{{name: main, env: [{annotations}]}}]}}}}}}}}";
                return Build(o, first, second) == Build(o, second, first);
            },
            iter: Iterations);

    [Fact]
    public void JsonPatch_AddThenRemoveOfAField_ChangesNothing() =>
        Gen.Select(s_object, s_entries).Sample(
            (o, value) =>
            {
                var add = $"[{{op: add, path: /metadata/annotations/new, value: x}}, {{op: add, path: /spec/extra, value: {{{value}}}}}]";
                const string Remove = "[{op: remove, path: /spec/extra}, {op: remove, path: /metadata/annotations/new}]";
                return BuildJson(o, add, Remove) == BuildJson(o, NoOperation) && BuildJson(o, add) != BuildJson(o, NoOperation);
            },
            iter: Iterations);

    [Fact]
    public void JsonPatch_InsertThenRemoveOfAnItem_ChangesNothing() =>
        Gen.Select(s_object, Gen.Int[0, 1]).Sample(
            (o, index) =>
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"/spec/template/spec/containers/{index}");
                var add = $"[{{op: add, path: {path}, value: {{name: new, image: n:1}}}}]";
                var remove = $"[{{op: remove, path: {path}}}]";
                return BuildJson(o, add, remove) == BuildJson(o, NoOperation);
            },
            iter: Iterations);

    [Fact]
    public void JsonPatch_MoveThereAndBack_ChangesNothing() =>
        s_object.Sample(
            o => BuildJson(o, "[{op: move, from: /spec/replicas, path: /spec/kept}]", "[{op: move, from: /spec/kept, path: /spec/replicas}]") == BuildJson(o, NoOperation),
            iter: Iterations);

    [Fact]
    public void JsonPatch_DisjointPatches_Commute() =>
        Gen.Select(s_object, Gen.Int[0, 9], s_scalar).Sample(
            (o, replicas, value) =>
            {
                var first = string.Create(CultureInfo.InvariantCulture, $"[{{op: replace, path: /spec/replicas, value: {replicas}}}]");
                var second = $"[{{op: add, path: /metadata/annotations/new, value: {value}}}]";
                return BuildJson(o, first, second) == BuildJson(o, second, first);
            },
            iter: Iterations);

    [Fact]
    public void Build_FilesInAnotherOrder_GivesTheSameBytes() =>
        Gen.Select(s_object, s_patch).Sample(
            (o, patch) =>
            {
                var files = Files(o, "patches", [patch]);
                return Run(files) == Run(files.Reverse().ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal));
            },
            iter: Iterations);

    private static string Deployment(int replicas, string labels, string annotations, string containers) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{{Head}, metadata: {{name: web, labels: {{{Joined("app: web", labels)}}}, annotations: {{{Joined("kept: a", annotations)}}}}}, spec: {{replicas: {replicas}, template: {{spec: {{containers: [{Joined("{name: main, image: m}", containers)}]}}}}}}}}");

    private static string Joined(string first, string rest) => rest.Length == 0 ? first : $"{first}, {rest}";

    private static string Build(string resource, params string[] patches) => Run(Files(resource, "patches", patches));

    private static string BuildJson(string resource, params string[] patches) => Run(Files(resource, "json", patches));

    private static Dictionary<string, string> Files(string resource, string style, string[] patches)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal) { ["web.yaml"] = resource };
        var text = new StringBuilder("resources: [web.yaml]\n").Append(patches.Length > 0 ? "patches:\n" : "");
        for (var i = 0; i < patches.Length; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"patch{i}.yaml");

            // A patch that begins with a bracket has to be JSON; the comment makes it YAML.
            files[name] = style == "json" ? $"# flow style\n{patches[i]}" : patches[i];
            text.Append(style == "json" ? $"- {{path: {name}, target: {{kind: Deployment}}}}\n" : $"- path: {name}\n");
        }

        files["kustomization.yaml"] = text.ToString();
        return files;
    }

    private static string Run(Dictionary<string, string> files) =>
        Encoding.UTF8.GetString(KustomizeBuild.Run(new MemoryFileTree(files), TreePath.Root, KustomizeOptions.Default, legacyOrder: true, CancellationToken.None));
}
