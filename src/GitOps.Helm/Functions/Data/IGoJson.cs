namespace GitOps.Helm.Functions;

/// <summary>A value that is a string in JSON (Go's <c>json.Marshaler</c> of times and versions).</summary>
internal interface IGoJson
{
    /// <summary>The string.</summary>
    /// <returns>The text without quotes.</returns>
    string JsonText();
}
