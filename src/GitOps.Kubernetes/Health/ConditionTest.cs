namespace GitOps.Kubernetes.Health;

/// <summary>A test of one condition, <c>Type=Status/Reason/Message</c>.</summary>
internal readonly record struct ConditionTest(WordTest Type, WordTest Status, WordTest Reason, WordTest Message)
{
    public static ConditionTest Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var parts = text[(equals + 1)..].Split('/');
        return new ConditionTest(
            WordTest.Parse(text[..equals]),
            WordTest.Parse(parts[0]),
            WordTest.Parse(parts.Length > 1 ? parts[1] : "*"),
            WordTest.Parse(parts.Length > 2 ? parts[2] : "*"));
    }

    public bool Matches(StatusCondition condition) =>
        Type.Matches(condition.Type) && Status.Matches(condition.Status) && Reason.Matches(condition.Reason) && Message.Matches(condition.Message);
}

/// <summary>A test of one word: any, one of some, none of some, not empty.</summary>
internal readonly record struct WordTest(string[]? Words, bool Negated, bool NotEmpty)
{
    public static WordTest Parse(string text) => text switch
    {
        "*" or "" => default,
        "+" => new WordTest(null, false, true),
        _ when text[0] == '!' => new WordTest(text[1..].Split('|'), true, false),
        _ => new WordTest(text.Split('|'), false, false),
    };

    public bool Matches(string word) => NotEmpty ? word.Length > 0 : Words is null || Array.IndexOf(Words, word) >= 0 != Negated;
}
