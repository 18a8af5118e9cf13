using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Tests.Inventories;

public sealed class InventoryEntryTests
{
    [Theory]
    [InlineData("", "Namespace", "", "apps", "_apps__Namespace")]
    [InlineData("apps", "Deployment", "default", "podinfo", "default_podinfo_apps_Deployment")]
    [InlineData("rbac.authorization.k8s.io", "ClusterRole", "", "system:reader", "_system__reader_rbac.authorization.k8s.io_ClusterRole")]
    public void FluxId_AnyObject_IsFluxsFormAndReadsBack(string group, string kind, string @namespace, string name, string id)
    {
        var entry = new InventoryEntry(new ResourceId(group, kind, @namespace, name), "v1");

        entry.FluxId.Should().Be(id);
        InventoryEntry.TryParseId(id, out var read).Should().BeTrue();
        read.Should().Be(entry.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a_b_c")]
    [InlineData("a___")]
    public void TryParseId_NoId_IsRefused(string text) => InventoryEntry.TryParseId(text, out _).Should().BeFalse();
}
