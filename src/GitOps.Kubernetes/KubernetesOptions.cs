using System.ComponentModel.DataAnnotations;

namespace GitOps.Kubernetes;

/// <summary>Which cluster to write to, and as whom.</summary>
/// <remarks>
/// The first of these that is set decides: <see cref="Kubeconfig"/>, <see cref="KubeconfigPath"/>, <see cref="InCluster"/>.
/// When none is, the files that the environment variable <c>KUBECONFIG</c> names are used, then <c>~/.kube/config</c>, then the pod's own service account.
/// </remarks>
public sealed class KubernetesOptions : IValidatableObject
{
    /// <summary>A kubeconfig as text: for remote clusters whose kubeconfig is kept in a secret. Default <see langword="null"/>.</summary>
    public string? Kubeconfig { get; set; }

    /// <summary>The path of a kubeconfig file. Default <see langword="null"/>.</summary>
    public string? KubeconfigPath { get; set; }

    /// <summary>The context of the kubeconfig to use. Default <see langword="null"/>: its current context.</summary>
    public string? Context { get; set; }

    /// <summary>Whether to use the service account of the pod that the host runs in. Default <see langword="false"/>.</summary>
    public bool InCluster { get; set; }

    /// <summary>The field manager that owns what is applied. Default <c>gitops</c>.</summary>
    [Required(AllowEmptyStrings = false)]
    [StringLength(128)]
    public string FieldManager { get; set; } = "gitops";

    /// <summary>The namespace in the target cluster that holds the inventories; it is made when it is missing. Default <c>gitops-system</c>.</summary>
    [Required(AllowEmptyStrings = false)]
    [RegularExpression("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", ErrorMessage = "InventoryNamespace must be a namespace name: lower-case letters, digits and '-', at most 63 characters.")]
    public string InventoryNamespace { get; set; } = "gitops-system";

    /// <summary>The most requests that run at once; the client goes lower by itself when the API server says it is busy. Default 16.</summary>
    [Range(1, 256)]
    public int MaxConcurrency { get; set; } = 16;

    /// <summary>How long one request may take, watches excepted. Default 30 seconds.</summary>
    [Duration(1, 600)]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request that failed for a passing reason is sent again. Default 4.</summary>
    [Range(0, 20)]
    public int MaxRetries { get; set; } = 4;

    /// <summary>How large one response may be, in bytes. Default 64 MiB.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int MaxResponseBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long a prune waits for deleted objects to be gone before it goes on and names what blocks them. Default 5 seconds.</summary>
    [Duration(0, 600)]
    public TimeSpan PruneWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether several hosts elect one that applies, by Lease objects in <see cref="InventoryNamespace"/>, one for each <see cref="UnitOptions.LeaseGroup"/>.
    /// A host that does not hold a group's lease writes nothing of its units, also when it is asked to by hand. Default <see langword="false"/>: the host is alone.
    /// </summary>
    public bool LeaderElection { get; set; }

    /// <summary>
    /// The name of the Lease of the units that name no group; that of a group is this name, <c>-</c> and the group's. Hosts that run the same units share it.
    /// Default <c>gitops</c>.
    /// </summary>
    [Required(AllowEmptyStrings = false)]
    [RegularExpression("^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$", ErrorMessage = "LeaseName must be an object name: lower-case letters, digits, '-' and '.'.")]
    public string LeaseName { get; set; } = "gitops";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var chosen = (Kubeconfig is null ? 0 : 1) + (KubeconfigPath is null ? 0 : 1) + (InCluster ? 1 : 0);
        if (chosen > 1)
        {
            yield return new ValidationResult("Set only one of Kubeconfig, KubeconfigPath and InCluster.", [nameof(Kubeconfig), nameof(KubeconfigPath), nameof(InCluster)]);
        }

        if (InCluster && Context is not null)
        {
            yield return new ValidationResult("Context chooses within a kubeconfig and has no meaning with InCluster.", [nameof(Context)]);
        }
    }
}
