using System.Numerics;

namespace GitOps.Helm.Templates;

/// <summary>The Go type of a parameter or of a container's elements: what may be passed to it, and what its zero value is.</summary>
internal sealed class GoType
{
    /// <summary>A nil <c>[]uint8</c>; compare by reference.</summary>
    public static readonly byte[] NilBytes = GC.AllocateUninitializedArray<byte>(0);

    private readonly Func<object, bool> accepts;

    public GoType(string name, GoKind kind, Func<object, bool> accepts, object? zero = null, bool nilable = false)
    {
        Name = name;
        Kind = kind;
        this.accepts = accepts;
        Zero = zero;
        IsNilable = nilable;
    }

    /// <summary><c>interface {}</c>.</summary>
    public static GoType Any { get; } = new("interface {}", GoKind.Invalid, static _ => true, null, nilable: true);

    /// <summary><c>reflect.Value</c>: what Go's built-in functions take; a nil constant is allowed.</summary>
    public static GoType Value { get; } = new("reflect.Value", GoKind.Invalid, static _ => true, null, nilable: true);

    /// <summary><c>string</c>.</summary>
    public static GoType String { get; } = new("string", GoKind.String, static v => v is string, string.Empty);

    /// <summary><c>bool</c>.</summary>
    public static GoType Bool { get; } = new("bool", GoKind.Bool, static v => v is bool, false);

    /// <summary><c>int</c>, held as <see cref="nint"/>.</summary>
    public static GoType Int { get; } = new("int", GoKind.Int, static v => v is nint, (nint)0);

    /// <summary><c>int64</c>, held as <see cref="long"/>.</summary>
    public static GoType Int64 { get; } = new("int64", GoKind.Int64, static v => v is long, 0L);

    /// <summary><c>int32</c> (a rune), held as <see cref="int"/>.</summary>
    public static GoType Int32 { get; } = new("int32", GoKind.Int32, static v => v is int, 0);

    /// <summary><c>uint8</c>, held as <see cref="byte"/>.</summary>
    public static GoType Uint8 { get; } = new("uint8", GoKind.Uint8, static v => v is byte, (byte)0);

    /// <summary><c>uint64</c>, held as <see cref="ulong"/>.</summary>
    public static GoType Uint64 { get; } = new("uint64", GoKind.Uint64, static v => v is ulong, 0UL);

    /// <summary><c>float64</c>, held as <see cref="double"/>.</summary>
    public static GoType Float64 { get; } = new("float64", GoKind.Float64, static v => v is double, 0d);

    /// <summary><c>complex128</c>.</summary>
    public static GoType Complex { get; } = new("complex128", GoKind.Complex128, static v => v is Complex, System.Numerics.Complex.Zero);

    /// <summary><c>[]uint8</c>.</summary>
    public static GoType Bytes { get; } = new("[]uint8", GoKind.Slice, static v => v is byte[], NilBytes, nilable: true);

    /// <summary><c>[]interface {}</c>.</summary>
    public static GoType Slice { get; } = new("[]interface {}", GoKind.Slice, static v => v is List<object?>, null, nilable: true);

    /// <summary><c>[]string</c>.</summary>
    public static GoType Strings { get; } = new("[]string", GoKind.Slice, static v => v is TypedList { TypeName: "[]string" }, null, nilable: true);

    /// <summary><c>map[string]interface {}</c>; a named map of such values is assignable to it and passed as the map it names.</summary>
    public static GoType Map { get; } = new("map[string]interface {}", GoKind.Map, static v => v is Dictionary<string, object?> || TypedMap.MapOf(v) is not null, null, nilable: true);

    /// <summary>The type as Go prints it.</summary>
    public string Name { get; }

    /// <summary>The kind; <see cref="GoKind.Invalid"/> for an interface.</summary>
    public GoKind Kind { get; }

    /// <summary>The zero value.</summary>
    public object? Zero { get; }

    /// <summary>Whether nil is a value of the type.</summary>
    public bool IsNilable { get; }

    /// <summary>Whether a value (not nil) may be passed as this type.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Go's assignability.</returns>
    public bool Accepts(object value) => accepts(value);
}
