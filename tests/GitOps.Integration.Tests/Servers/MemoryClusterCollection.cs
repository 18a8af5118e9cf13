namespace GitOps.Integration.Tests.Servers;

[CollectionDefinition(Name)]
public sealed class MemoryClusterCollection : ICollectionFixture<MemoryCluster>
{
    public const string Name = "in-memory API server";
}
