using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Tests.Applying;

public sealed class FailuresTests
{
    [Theory]
    [InlineData("", "PersistentVolume", true)]
    [InlineData("", "PersistentVolumeClaim", true)]
    [InlineData("", "Namespace", true)]
    [InlineData("apiextensions.k8s.io", "CustomResourceDefinition", true)]
    [InlineData("apps", "Deployment", false)]
    [InlineData("example.com", "Namespace", false)]
    public void IsNeverRecreated_KindsThatHoldDataOrOthers_AreTheOnes(string group, string kind, bool never) =>
        Failures.IsNeverRecreated(new GroupKind(group, kind)).Should().Be(never);

    [Theory]
    [InlineData(422, "spec.selector", "Invalid value: {...}: field is immutable", true)]
    [InlineData(422, "spec", "Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden", true)]
    [InlineData(422, "spec.clusterIPs[0]", "Invalid value: []string: may not change once set", true)]
    [InlineData(422, "spec.replicas", "Invalid value: -1: must be greater than or equal to 0", false)]
    [InlineData(500, "spec", "field is immutable", false)]
    public void IsImmutable_OnlyWhatTheCauseCallsSo_Counts(int status, string field, string message, bool immutable) =>
        Failures.IsImmutable(new ApiError(status, "Invalid", "whole message") { Causes = [new ApiErrorCause("FieldValueInvalid", field, message)] }).Should().Be(immutable);

    [Fact]
    public void IsImmutable_MessageSpeaksOfItButTheCausesDoNot_IsNot() =>
        Failures.IsImmutable(new ApiError(422, "Invalid", "x is immutable") { Causes = [new ApiErrorCause("FieldValueInvalid", "a", "must be set")] }).Should().BeFalse();

    [Theory]
    [InlineData(401, Reasons.AuthenticationFailed)]
    [InlineData(403, Reasons.Forbidden)]
    [InlineData(404, Reasons.NotFound)]
    [InlineData(409, Reasons.Conflict)]
    [InlineData(422, Reasons.ValidationFailed)]
    [InlineData(429, Reasons.ClusterUnavailable)]
    [InlineData(503, Reasons.ClusterUnavailable)]
    [InlineData(0, Reasons.ClusterUnavailable)]
    public void ReasonOf_EachStatus_IsStable(int status, string reason) => Failures.ReasonOf(new ApiError(status, "", "message")).Should().Be(reason);

    [Fact]
    public void ReasonOf_NotLeading_IsAConflict() => Failures.ReasonOf(ApiError.NotLeading("x")).Should().Be(Reasons.Conflict);

    [Fact]
    public void Explain_Forbidden_NamesTheIdentity() => Failures.Explain(new ApiError(403, "Forbidden", "no"), "jane").Should().Contain("acting as jane").And.Contain("grant");
}
