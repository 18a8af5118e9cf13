using GitOps.Kubernetes.Applying;

namespace GitOps.Kubernetes.Tests.Applying;

public sealed class ApplyOrderTests
{
    [Fact]
    public void Compare_MixedKinds_PutsWhatOthersNeedFirst()
    {
        ResourceId[] ids =
        [
            new("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "", "w"), new("apps", "Deployment", "a", "d"), new("example.com", "Widget", "a", "w"),
            new("", "ConfigMap", "a", "c"), new("storage.k8s.io", "StorageClass", "", "s"), new("", "Namespace", "", "a"), new("apiextensions.k8s.io", "CustomResourceDefinition", "", "crd"),
            new("", "Secret", "a", "s"), new("rbac.authorization.k8s.io", "ClusterRole", "", "r"),
        ];

        Array.Sort(ids, ApplyOrder.Comparer);

        ids.Select(i => i.Kind).Should().Equal("CustomResourceDefinition", "Namespace", "ClusterRole", "StorageClass", "ConfigMap", "Secret", "Deployment", "Widget", "ValidatingWebhookConfiguration");
    }

    [Fact]
    public void StageOf_CustomKindCalledNamespace_IsNotADefinition() =>
        ApplyOrder.StageOf(new GroupKind("example.com", "Namespace")).Should().Be(ApplyOrder.Rest);
}
