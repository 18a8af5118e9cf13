namespace GitOps.Yaml;

/// <content>Scalars and what their tags make of them.</content>
internal sealed partial class YamlComposer
{
    private ScalarNode Scalar(in YamlToken token, string? tag)
    {
        var text = token.Text!;
        ScalarKind kind;
        if (tag is null or "!")
        {
            kind = token.Style == ScalarStyle.Plain && (tag is null || _options.Schema == YamlSchema.Kustomize) ? YamlResolver.Resolve(text, _options.Schema) : ScalarKind.String;
        }
        else if (YamlResolver.ResolveTagged(tag, text, _options.Schema) is { } tagged)
        {
            kind = tagged;
        }
        else if (_options.Schema == YamlSchema.Kustomize && TagKind(tag) is { } claimed)
        {
            // kustomize looks at such a value only when it prints it.
            kind = claimed;
        }
        else
        {
            Refuse($"cannot decode `{text}` as a {tag}", token.Line, token.Column, $"yaml: cannot decode {ResolvedTag(token)} `{text}` as a {tag}");
            kind = ScalarKind.String;
        }

        if (kind == ScalarKind.Timestamp && _options.Schema == YamlSchema.Kubernetes)
        {
            // go-yaml v2 knows a date when it sees one but hands it on as the text it is.
            kind = ScalarKind.String;
        }

        return Made(new ScalarNode(kind, text, token.Style), token.Line, token.Column);
    }

    private static ScalarKind? TagKind(string tag) => tag switch
    {
        "!!null" => ScalarKind.Null,
        "!!bool" => ScalarKind.Boolean,
        "!!int" => ScalarKind.Integer,
        "!!float" => ScalarKind.Float,
        "!!timestamp" => ScalarKind.Timestamp,
        _ => null,
    };

    private string ResolvedTag(in YamlToken token) => (token.Style == ScalarStyle.Plain ? YamlResolver.Resolve(token.Text!, _options.Schema) : ScalarKind.String) switch
    {
        ScalarKind.Null => "!!null",
        ScalarKind.Boolean => "!!bool",
        ScalarKind.Integer => "!!int",
        ScalarKind.Float => "!!float",
        ScalarKind.Timestamp => "!!timestamp",
        _ => "!!str",
    };

    private ScalarNode Empty()
    {
        ref readonly var token = ref _scanner.Peek();
        return Made(new ScalarNode(ScalarKind.Null, ""), token.Line, token.Column);
    }
}
