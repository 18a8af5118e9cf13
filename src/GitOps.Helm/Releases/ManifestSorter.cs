using System.Collections.Frozen;
using System.Globalization;
using GitOps.Helm.Charts;

namespace GitOps.Helm.Releases;

/// <summary>Takes rendered files apart, tells hooks from objects, and puts both in Helm's install order.</summary>
internal static class ManifestSorter
{
    private const string Hook = "helm.sh/hook";

    private static readonly FrozenDictionary<string, HookEvent> Events = new Dictionary<string, HookEvent>(StringComparer.Ordinal)
    {
        ["pre-install"] = HookEvent.PreInstall,
        ["post-install"] = HookEvent.PostInstall,
        ["pre-delete"] = HookEvent.PreDelete,
        ["post-delete"] = HookEvent.PostDelete,
        ["pre-upgrade"] = HookEvent.PreUpgrade,
        ["post-upgrade"] = HookEvent.PostUpgrade,
        ["pre-rollback"] = HookEvent.PreRollback,
        ["post-rollback"] = HookEvent.PostRollback,
        ["test"] = HookEvent.Test,
        ["test-success"] = HookEvent.Test,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Sorts.</summary>
    /// <param name="files">Path to rendered text; partials and blank files are skipped.</param>
    /// <param name="heads">Heads that are known already; null to read every document and keep its tree.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Hooks and objects.</returns>
    /// <exception cref="HelmException">A document is no YAML object; the message names its file.</exception>
    public static (List<HelmHook> Hooks, List<HelmManifest> Manifests) Sort(IEnumerable<KeyValuePair<string, string>> files, ManifestHeads? heads, CancellationToken cancellationToken)
    {
        var hooks = new List<HelmHook>();
        var manifests = new List<HelmManifest>();
        foreach (var (path, text) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!GoPath.Base(path).StartsWith('_'))
            {
                foreach (var document in ManifestSplitter.Split(text))
                {
                    Add(path, document, heads, hooks, manifests);
                }
            }
        }

        return (
            [.. hooks.OrderBy(h => h.Kind, KindOrder.Install)],
            [.. manifests.OrderBy(m => m.Kind, KindOrder.Install)]);
    }

    private static void Add(string path, string document, ManifestHeads? heads, List<HelmHook> hooks, List<HelmManifest> manifests)
    {
        ManifestHead head;
        Node? tree = null;
        try
        {
            head = heads is null ? ManifestHead.Read(document, out tree) : heads.Read(document);
        }
        catch (HelmException e)
        {
            throw new HelmException($"YAML parse error on {path}: {e.Message}", e) { AfterRelease = true, Location = new SourceLocation(path) };
        }

        if (head.Annotations is not { Count: > 0 } annotations)
        {
            manifests.Add(new HelmManifest(path, document, head.ApiVersion, head.Kind) { Tree = tree });
            return;
        }

        if (!annotations.TryGetValue(Hook, out var types))
        {
            manifests.Add(new HelmManifest(path, document, head.ApiVersion, head.Kind) { Annotations = annotations, Tree = tree });
            return;
        }

        var events = new List<HookEvent>();
        foreach (var type in Parts(types))
        {
            // One unknown event and Helm drops the whole hook.
            if (!Events.TryGetValue(type, out var hookEvent))
            {
                return;
            }

            events.Add(hookEvent);
        }

        hooks.Add(new HelmHook(path, document, head.Kind, head.Name)
        {
            Tree = tree,
            Events = events,
            Weight = Weight(annotations.GetValueOrDefault($"{Hook}-weight")),
            DeletePolicies = [.. Parts(annotations.GetValueOrDefault($"{Hook}-delete-policy"))],
            OutputLogPolicies = [.. Parts(annotations.GetValueOrDefault($"{Hook}-output-log-policy"))],
        });
    }

    private static IEnumerable<string> Parts(string? list) => list is null ? [] : list.Split(',').Select(p => p.Trim().ToLowerInvariant());

    private static int Weight(string? text) =>
        text is not null && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var weight) ? weight : 0;
}
