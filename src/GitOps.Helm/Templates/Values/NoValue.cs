namespace GitOps.Helm.Templates;

/// <summary>
/// The result of a pipeline that has none: Go's invalid reflect.Value, as opposed to a nil inside a map (which is <see langword="null"/>).
/// A field of no value is again no value, while a field of nil is an error. Functions never see it.
/// </summary>
internal sealed class NoValue
{
    /// <summary>The only instance.</summary>
    public static readonly NoValue Instance = new();

    private NoValue()
    {
    }
}
