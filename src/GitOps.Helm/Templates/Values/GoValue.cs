using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace GitOps.Helm.Templates;

/// <summary>What Go's reflection would say of a value.</summary>
internal static class GoValue
{
    /// <summary>True, boxed once.</summary>
    public static readonly object True = true;

    /// <summary>False, boxed once.</summary>
    public static readonly object False = false;

    private static readonly object[] SmallInts = MakeSmallInts();

    /// <summary>A boxed truth value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The box.</returns>
    public static object Box(bool value) => value ? True : False;

    /// <summary>A boxed Go int.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The box.</returns>
    public static object Box(nint value) => value is >= -16 and < 240 ? SmallInts[(int)value + 16] : value;

    /// <summary>The kind of a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Its kind; invalid for nil.</returns>
    public static GoKind KindOf(object? value) => value switch
    {
        null or NoValue => GoKind.Invalid,
        string => GoKind.String,
        bool => GoKind.Bool,
        double => GoKind.Float64,
        nint or GoEnum => GoKind.Int,
        long or GoDuration => GoKind.Int64,
        Dictionary<string, object?> or TypedMap => GoKind.Map,
        List<object?> or TypedList or byte[] => GoKind.Slice,
        int => GoKind.Int32,
        byte => GoKind.Uint8,
        uint => GoKind.Uint32,
        ulong => GoKind.Uint64,
        float => GoKind.Float32,
        Complex => GoKind.Complex128,
        GoStruct s => s.IsPointer ? GoKind.Pointer : GoKind.Struct,
        TemplateFunction => GoKind.Func,
        _ => GoKind.Struct,
    };

    /// <summary>The kind as <c>kindOf</c> prints it.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The kind's name.</returns>
    public static string KindName(object? value) => KindOf(value) switch
    {
        GoKind.Invalid => "invalid",
        GoKind.Bool => "bool",
        GoKind.Int => "int",
        GoKind.Int32 => "int32",
        GoKind.Int64 => "int64",
        GoKind.Uint8 => "uint8",
        GoKind.Uint32 => "uint32",
        GoKind.Uint64 => "uint64",
        GoKind.Float32 => "float32",
        GoKind.Float64 => "float64",
        GoKind.Complex128 => "complex128",
        GoKind.String => "string",
        GoKind.Slice => "slice",
        GoKind.Map => "map",
        GoKind.Pointer => "ptr",
        GoKind.Func => "func",
        _ => "struct",
    };

    /// <summary>The type as <c>%T</c> prints it.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The type's name.</returns>
    public static string TypeName(object? value) => value switch
    {
        null or NoValue => "<nil>",
        IGoNamed named => named.TypeName,
        string => "string",
        bool => "bool",
        double => "float64",
        nint => "int",
        long => "int64",
        Dictionary<string, object?> => "map[string]interface {}",
        List<object?> => "[]interface {}",
        byte[] => "[]uint8",
        int => "int32",
        byte => "uint8",
        uint => "uint32",
        ulong => "uint64",
        float => "float32",
        Complex => "complex128",
        TemplateFunction => "func()",
        _ => value.GetType().Name,
    };

    /// <summary>Whether the value is not the zero of its type, as <c>if</c> decides.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Its truth.</returns>
    public static bool IsTrue(object? value) => value switch
    {
        null or NoValue => false,
        bool b => b,
        string s => s.Length > 0,
        Dictionary<string, object?> m => m.Count > 0,
        List<object?> l => l.Count > 0,
        double d => d != 0,
        nint n => n != 0,
        long n => n != 0,
        TypedMap m => m.Items.Count > 0,
        TypedList l => l.Items.Count > 0,
        byte[] b => b.Length > 0,
        int n => n != 0,
        byte n => n != 0,
        uint n => n != 0,
        ulong n => n != 0,
        float n => n != 0,
        Complex c => c != Complex.Zero,
        GoDuration d => d.Nanoseconds != 0,
        GoEnum e => e.Value != 0,
        _ => true,
    };

    /// <summary>Whether the value is nil, or a list or map that is.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Go's <c>IsNil</c>.</returns>
    public static bool IsNil([NotNullWhen(false)] object? value) => value is null or NilList or NilMap or TypedList { IsNil: true } or TypedMap { Items: NilMap };

    /// <summary>The keys of a map in Go's order.</summary>
    /// <param name="map">The map.</param>
    /// <returns>The sorted keys.</returns>
    public static string[] SortedKeys(Dictionary<string, object?> map)
    {
        if (map.Count == 0)
            return [];
        var keys = new string[map.Count];
        map.Keys.CopyTo(keys, 0);
        Array.Sort(keys, GoText.ByteOrder);
        return keys;
    }

    /// <summary>A whole number of any Go integer type.</summary>
    /// <param name="value">The value.</param>
    /// <param name="number">The number; an unsigned one keeps its bits.</param>
    /// <param name="isSigned">Whether the type is signed.</param>
    /// <returns>Whether the value is of an integer type.</returns>
    public static bool TryGetInteger(object? value, out long number, out bool isSigned)
    {
        isSigned = true;
        switch (value)
        {
            case nint n: number = n; return true;
            case long n: number = n; return true;
            case int n: number = n; return true;
            case GoDuration d: number = d.Nanoseconds; return true;
            case GoEnum e: number = e.Value; return true;
            case byte n: number = n; isSigned = false; return true;
            case uint n: number = n; isSigned = false; return true;
            case ulong n: number = unchecked((long)n); isSigned = false; return true;
            default: number = 0; return false;
        }
    }

    private static object[] MakeSmallInts()
    {
        var boxes = new object[256];
        for (var i = 0; i < boxes.Length; i++)
            boxes[i] = (nint)(i - 16);
        return boxes;
    }
}
