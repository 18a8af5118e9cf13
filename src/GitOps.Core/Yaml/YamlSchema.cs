namespace GitOps.Yaml;

/// <summary>What bare words mean.</summary>
public enum YamlSchema
{
    /// <summary>YAML 1.1 as the Kubernetes API server, kubectl and Helm read it: <c>yes</c>, <c>no</c>, <c>on</c>, <c>off</c>, <c>y</c> and <c>n</c> are truth values, and keys become the strings JSON would have.</summary>
    Kubernetes,

    /// <summary>As kustomize reads resources: only <c>true</c> and <c>false</c> are truth values; octal numbers and dates are kept.</summary>
    Kustomize,
}
