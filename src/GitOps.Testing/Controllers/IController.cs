namespace GitOps.Testing;

/// <summary>A controller of an in-memory cluster.</summary>
internal interface IController
{
    /// <summary>Works on an object that changed, or whose time has come.</summary>
    /// <param name="definition">Its resource.</param>
    /// <param name="change">What happened; <see langword="null"/> when a timer fired.</param>
    /// <param name="ns">The object's namespace.</param>
    /// <param name="name">The object's name.</param>
    void Handle(ResourceDefinition definition, Change? change, string ns, string name);
}
