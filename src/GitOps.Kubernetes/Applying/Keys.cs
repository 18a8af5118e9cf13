namespace GitOps.Kubernetes.Applying;

/// <summary>Labels and annotations that we write or read.</summary>
internal static class Keys
{
    public const string Prefix = "gitops-core.io/";

    /// <summary>Label: the unit that owns an object.</summary>
    public const string Unit = Prefix + "unit";

    /// <summary>Label: the namespace of the unit's inventory. Units of two hosts may have one name; their inventories differ.</summary>
    public const string Namespace = Prefix + "namespace";

    /// <summary>Label on the objects that hold an inventory: the unit.</summary>
    public const string Inventory = Prefix + "inventory";

    /// <summary>Annotation on the objects that hold an inventory: the unit's name in full.</summary>
    public const string InventoryUnit = Prefix + "inventory-unit";

    /// <summary>Annotation on the objects that hold an inventory: which write stored it.</summary>
    public const string InventoryWrite = Prefix + "inventory-write";

    /// <summary>Label on the object that holds a release record: the unit.</summary>
    public const string Release = Prefix + "release";

    /// <summary>Annotation on the object of a hook: the run it belongs to.</summary>
    public const string HookRun = Prefix + "hook-run";

    /// <summary>Helm's annotation on a hook.</summary>
    public const string HelmHook = "helm.sh/hook";

    /// <summary>Flux's prefix; its keys are accepted beside ours.</summary>
    public const string FluxPrefix = "kustomize.toolkit.fluxcd.io/";

    public const string FluxName = FluxPrefix + "name";

    public const string FluxNamespace = FluxPrefix + "namespace";

    public const string HelmFluxName = "helm.toolkit.fluxcd.io/name";

    public const string HelmFluxNamespace = "helm.toolkit.fluxcd.io/namespace";

    public const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
}
