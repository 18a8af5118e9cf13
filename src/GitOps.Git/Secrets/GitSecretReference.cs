namespace GitOps.Git;

/// <summary>Names a Kubernetes Secret, or one value in it.</summary>
public sealed class GitSecretReference
{
    /// <summary>The Secret's namespace.</summary>
    /// <value>The default value is <see langword="null"/>: the namespace the host itself lives in.</value>
    public string? Namespace { get; set; }

    /// <summary>The Secret's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Which of its values, where a single one is asked for.</summary>
    public string? Key { get; set; }

    /// <summary>What is named, never what is in it.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        var secret = Namespace is null ? Name : $"{Namespace}/{Name}";
        return Key is null ? $"Kubernetes Secret {secret}" : $"key '{Key}' of Kubernetes Secret {secret}";
    }
}
