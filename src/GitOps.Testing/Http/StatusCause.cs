namespace GitOps.Testing;

/// <summary>One cause of a failure: which field, and why.</summary>
/// <param name="Reason">The reason: <c>FieldValueInvalid</c>.</param>
/// <param name="Message">The message.</param>
/// <param name="Field">The field's path; empty for the whole object.</param>
internal sealed record StatusCause(string Reason, string Message, string Field)
{
    public MapNode ToNode()
    {
        var node = new MapNode(3);
        node.Set("reason", Reason);
        node.Set("message", Message);
        node.Set("field", Field);
        return node;
    }
}
