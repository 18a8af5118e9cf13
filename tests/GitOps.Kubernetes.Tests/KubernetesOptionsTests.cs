using GitOps.Kubernetes.Client;
using Microsoft.Extensions.Options;

namespace GitOps.Kubernetes.Tests;

public sealed class KubernetesOptionsTests
{
    [Theory]
    [InlineData("UPPER")]
    [InlineData("")]
    public void Validate_BadInventoryNamespace_IsRefused(string name) =>
        new KubernetesOptionsValidator().Validate(null, new KubernetesOptions { InventoryNamespace = name }).Failed.Should().BeTrue();

    [Fact]
    public void Validate_TwoClusters_IsRefused() =>
        new KubernetesOptionsValidator().Validate(null, new KubernetesOptions { Kubeconfig = "x", KubeconfigPath = "y" }).Failed.Should().BeTrue();

    [Theory]
    [InlineData(0.5, 5, "RequestTimeout")]
    [InlineData(601, 5, "RequestTimeout")]
    [InlineData(30, -1, "PruneWait")]
    [InlineData(30, 601, "PruneWait")]
    public void Validate_TimeOutOfBounds_NamesTheOptionAndItsBounds(double requestTimeout, double pruneWait, string option)
    {
        var result = new KubernetesOptionsValidator().Validate(null, new KubernetesOptions { RequestTimeout = TimeSpan.FromSeconds(requestTimeout), PruneWait = TimeSpan.FromSeconds(pruneWait) });

        result.FailureMessage.Should().Contain(option).And.Contain("00:10:00");
    }

    [Fact]
    public void Validate_Defaults_AreGood() => new KubernetesOptionsValidator().Validate(null, new KubernetesOptions()).Should().Be(ValidateOptionsResult.Success);

    [Theory]
    [InlineData("not: a: kubeconfig: secret-token")]
    [InlineData("apiVersion: v1\nkind: Config\nusers: [{name: u, user: {token: secret-token}}]\n")]
    public void Open_BadKubeconfig_IsAnExpectedFailureThatLeaksNothing(string text)
    {
        var open = () => ClusterConnection.Open(new KubernetesOptions { Kubeconfig = text });

        open.Should().Throw<GitOpsException>().Which.Message.Should().NotContain("secret-token");
    }

    [Fact]
    public async Task Plan_ClusterThatIsNotThere_IsADiagnostic()
    {
        using var applier = new KubernetesApplier(new KubernetesOptions
        {
            Kubeconfig = "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\nusers: [{name: u, user: {}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n",
            MaxRetries = 0,
        });

        var plan = await applier.PlanAsync(new ApplyRequest("unit", [new Manifest(TestObjects.Map("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"} }"""))]), TestContext.Current.CancellationToken);

        plan.CanApply.Should().BeFalse();
        plan.Diagnostics.Should().ContainSingle(d => d.Reason == Reasons.ClusterUnavailable);
    }
}
