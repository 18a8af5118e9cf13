namespace GitOps.Helm.Templates;

/// <summary>A value with methods that a template may call, for example <c>.Files.Get</c>.</summary>
internal interface IGoMethods
{
    /// <summary>Finds a method bound to this value.</summary>
    /// <param name="name">The exported Go name; case matters.</param>
    /// <returns>The method (its parameters do not include the receiver), or <see langword="null"/>.</returns>
    TemplateFunction? FindMethod(string name);
}
