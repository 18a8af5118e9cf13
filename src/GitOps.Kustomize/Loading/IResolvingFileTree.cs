namespace GitOps.Kustomize;

/// <summary>A file tree that can say where a path really is once symbolic links are followed, so that the load restrictor can be exact.</summary>
internal interface IResolvingFileTree : IFileTree
{
    /// <summary>The path with every symbolic link followed; null when there is nothing.</summary>
    TreePath? Resolve(TreePath path);
}
