using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>The <c>*semver.Version</c> that Sprig's <c>semver</c> gives.</summary>
internal sealed class SemVerObject : GoStruct, IGoStringer, IGoJson
{
    private readonly SemVersion version;

    public SemVerObject(SemVersion version)
    {
        this.version = version;
        Fields =
        [
            new("major", version.Major, IsExported: false),
            new("minor", version.Minor, IsExported: false),
            new("patch", version.Patch, IsExported: false),
            new("pre", version.Prerelease, IsExported: false),
            new("metadata", version.Metadata, IsExported: false),
            new("original", version.Original, IsExported: false),
        ];
    }

    /// <summary><c>*semver.Version</c>.</summary>
    public static GoType Type { get; } = new("*semver.Version", GoKind.Pointer, static v => v is SemVerObject, null, nilable: true);

    /// <inheritdoc/>
    public override string TypeName => "*semver.Version";

    /// <inheritdoc/>
    public override IReadOnlyList<GoField> Fields { get; }

    /// <inheritdoc/>
    public string GoString() => version.ToString();

    /// <inheritdoc/>
    public string JsonText() => version.ToString();

    /// <inheritdoc/>
    public override TemplateFunction? FindMethod(string name)
    {
        return name switch
        {
            "Major" => Get(() => version.Major),
            "Minor" => Get(() => version.Minor),
            "Patch" => Get(() => version.Patch),
            "Prerelease" => Get(() => version.Prerelease),
            "Metadata" => Get(() => version.Metadata),
            "Original" => Get(() => version.Original),
            "String" => Get(GoString),
            "IncPatch" => Get(() => new SemVerObject(version.IncrementPatch())),
            "IncMinor" => Get(() => new SemVerObject(version.IncrementMinor())),
            "IncMajor" => Get(() => new SemVerObject(version.IncrementMajor())),
            "SetPrerelease" => Change(text => Rebuild(text, version.Metadata)),
            "SetMetadata" => Change(text => Rebuild(version.Prerelease, text)),
            "Compare" => With(other => GoValue.Box((nint)Math.Sign(version.CompareTo(other)))),
            "Equal" => With(other => GoValue.Box(version.CompareTo(other) == 0)),
            "LessThan" => With(other => GoValue.Box(version.CompareTo(other) < 0)),
            "LessThanEqual" => With(other => GoValue.Box(version.CompareTo(other) <= 0)),
            "GreaterThan" => With(other => GoValue.Box(version.CompareTo(other) > 0)),
            "GreaterThanEqual" => With(other => GoValue.Box(version.CompareTo(other) >= 0)),
            _ => null,
        };

        TemplateFunction Get(Func<object?> read) => new(name, (_, _) => read(), []);
        TemplateFunction With(Func<SemVersion, object?> compute) => new(
            name,
            (_, a) => compute(((SemVerObject?)a[0] ?? throw new FunctionException("runtime error: invalid memory address or nil pointer dereference")).version),
            [Type]);
        TemplateFunction Change(Func<string, SemVersion?> compute) => new(
            name,
            (_, a) => new SemVerObject(compute((string)a[0]!) ?? throw new FunctionException("invalid characters in prerelease or metadata")),
            [GoType.String]);
    }

    private SemVersion? Rebuild(string prerelease, string metadata)
    {
        var text = FormattableString.Invariant($"{version.Major}.{version.Minor}.{version.Patch}");
        if (prerelease.Length > 0)
            text += "-" + prerelease;
        if (metadata.Length > 0)
            text += "+" + metadata;
        return SemVersion.TryParseStrict(text, out var parsed) ? parsed : null;
    }
}
