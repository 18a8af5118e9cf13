namespace GitOps.Kustomize.Tests;

/// <summary>Builds a kustomization of a few files in memory.</summary>
internal static class SmallBuild
{
    public static MemoryFileTree Tree(string kustomization, params (string Name, string Text)[] files) =>
        new(files.Append(("kustomization.yaml", kustomization)).ToDictionary(f => f.Item1, f => f.Item2));

    public static string Build(string kustomization, params (string Name, string Text)[] files) =>
        System.Text.Encoding.UTF8.GetString(KustomizeBuild.Run(Tree(kustomization, files), TreePath.Root, KustomizeOptions.Default, legacyOrder: true, TestContext.Current.CancellationToken));

    public static string Failure(string kustomization, params (string Name, string Text)[] files)
    {
        var build = () => Build(kustomization, files);
        return build.Should().Throw<GitOpsException>().Which.Message;
    }
}
