using GitOps.Helm.Releases;

namespace GitOps.Helm.Tests.Releases;

public sealed class ManifestSorterTests
{
    [Fact]
    public void Sort_Kinds_FollowInstallOrderThenNames()
    {
        var (_, manifests) = Sort(("b.yaml", "kind: Zebra\n---\nkind: Deployment\n---\nkind: Apple"), ("a.yaml", "kind: Service\n---\nkind: Namespace\n---\nno: kind"), ("_p.yaml", "kind: Pod"));

        manifests.Select(m => m.Kind).Should().Equal("Namespace", "Service", "Deployment", "", "Apple", "Zebra");
        manifests[0].Path.Should().Be("a.yaml");
    }

    [Fact]
    public void Sort_Hook_IsReadWithItsAnnotations()
    {
        var (hooks, manifests) = Sort(("h.yaml", """
            kind: Job
            metadata:
              name: migrate
              annotations:
                helm.sh/hook: "pre-install, Post-Upgrade"
                helm.sh/hook-weight: "-5"
                helm.sh/hook-delete-policy: hook-succeeded,before-hook-creation
            """));

        manifests.Should().BeEmpty();
        var hook = hooks.Should().ContainSingle().Which;
        (hook.Name, hook.Weight, hook.IsTest).Should().Be(("migrate", -5, false));
        hook.Events.Should().Equal(HookEvent.PreInstall, HookEvent.PostUpgrade);
        hook.DeletePolicies.Should().Equal("hook-succeeded", "before-hook-creation");
    }

    [Fact]
    public void Sort_HookWithOneUnknownEvent_IsDropped()
    {
        var (hooks, manifests) = Sort(("h.yaml", "kind: Job\nmetadata: {name: x, annotations: {helm.sh/hook: 'pre-install,crd-install'}}"));

        hooks.Should().BeEmpty();
        manifests.Should().BeEmpty();
    }

    [Theory]
    [InlineData("kind: [")]
    [InlineData("- a")]
    [InlineData("just text")]
    [InlineData("kind: {a: b}")]
    [InlineData("metadata: {annotations: {a: {}}}")]
    public void Sort_TextThatIsNoObject_NamesTheFile(string text)
    {
        var act = () => Sort(("demo/templates/x.yaml", text));

        act.Should().Throw<HelmException>().Which.Message.Should().StartWith("YAML parse error on demo/templates/x.yaml: ");
    }

    [Fact]
    public void Sort_ResourcePolicyKeep_IsSeen() =>
        Sort(("x.yaml", "kind: Secret\nmetadata: {annotations: {helm.sh/resource-policy: keep}}")).Manifests.Should().ContainSingle().Which.IsKept.Should().BeTrue();

    private static (List<HelmHook> Hooks, List<HelmManifest> Manifests) Sort(params (string Path, string Text)[] files) =>
        ManifestSorter.Sort(files.Select(f => KeyValuePair.Create(f.Path, f.Text)), new ManifestHeads(), CancellationToken.None);
}
