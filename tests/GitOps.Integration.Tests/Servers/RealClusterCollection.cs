namespace GitOps.Integration.Tests.Servers;

[CollectionDefinition(Name)]
public sealed class RealClusterCollection : ICollectionFixture<RealCluster>
{
    public const string Name = "real API server";
}
