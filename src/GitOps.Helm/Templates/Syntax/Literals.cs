using System.Numerics;
using System.Text;

namespace GitOps.Helm.Templates;

/// <summary>A constant.</summary>
internal abstract class Literal(int position, string text) : Expression(position)
{
    /// <summary>The source text.</summary>
    public string Text { get; } = text;

    /// <inheritdoc/>
    public override void Write(StringBuilder builder) => builder.Append(Text);

    /// <inheritdoc/>
    public override object? Command(Execution execution, object? dot, Expression[] arguments, Node command, bool hasFinal, object? final)
    {
        execution.At(this);
        MustNotHaveArguments(execution, arguments, hasFinal);
        return Ideal(execution);
    }

    /// <inheritdoc/>
    public override object? Argument(Execution execution, object? dot, GoType type)
    {
        execution.At(this);
        if (type.Kind == GoKind.Invalid)
            return Ideal(execution);
        if (TryConvert(type, out var value))
            return value;
        throw execution.Fail(type.Kind switch
        {
            GoKind.Bool => "expected bool; found " + this,
            GoKind.String => "expected string; found " + this,
            GoKind.Int or GoKind.Int32 or GoKind.Int64 => "expected integer; found " + this,
            GoKind.Uint8 or GoKind.Uint32 or GoKind.Uint64 => "expected unsigned integer; found " + this,
            GoKind.Float32 or GoKind.Float64 => "expected float; found " + this,
            GoKind.Complex128 => "expected complex; found " + this,
            _ => "can't handle " + this + " for arg of type " + type.Name,
        });
    }

    /// <summary>The value where no type is asked for.</summary>
    /// <param name="execution">The run.</param>
    /// <returns>The value.</returns>
    protected abstract object? Ideal(Execution execution);

    /// <summary>The value where a type is asked for.</summary>
    /// <param name="type">The type.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether the constant can be of the type.</returns>
    protected abstract bool TryConvert(GoType type, out object? value);
}

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed class BoolNode(int position, bool value) : Literal(position, value ? "true" : "false")
{
    /// <inheritdoc/>
    protected override object? Ideal(Execution execution) => GoValue.Box(value);

    /// <inheritdoc/>
    protected override bool TryConvert(GoType type, out object? converted)
    {
        converted = GoValue.Box(value);
        return type.Kind == GoKind.Bool;
    }
}

/// <summary>A string literal.</summary>
internal sealed class StringNode(int position, string quoted, string value) : Literal(position, quoted)
{
    /// <summary>The string.</summary>
    public string Value { get; } = value;

    /// <inheritdoc/>
    protected override object? Ideal(Execution execution) => Value;

    /// <inheritdoc/>
    protected override bool TryConvert(GoType type, out object? converted)
    {
        converted = Value;
        return type.Kind == GoKind.String;
    }
}

/// <summary><c>nil</c>.</summary>
internal sealed class NilNode(int position) : Literal(position, "nil")
{
    /// <inheritdoc/>
    public override object? Command(Execution execution, object? dot, Expression[] arguments, Node command, bool hasFinal, object? final)
    {
        execution.At(this);
        MustNotHaveArguments(execution, arguments, hasFinal);
        throw execution.Fail("nil is not a command");
    }

    /// <inheritdoc/>
    public override object? Argument(Execution execution, object? dot, GoType type)
    {
        execution.At(this);
        return type.IsNilable ? null : throw execution.Fail("cannot assign nil to " + type.Name);
    }

    /// <inheritdoc/>
    protected override object? Ideal(Execution execution) => null;

    /// <inheritdoc/>
    protected override bool TryConvert(GoType type, out object? converted)
    {
        converted = null;
        return false;
    }
}

/// <summary>A number, whose type depends on how it is written and where it is used.</summary>
internal sealed class NumberNode : Literal
{
    private readonly object? ideal;

    public NumberNode(int position, string text, GoNumber number)
        : base(position, text)
    {
        Number = number;
        ideal = number.Ideal;
    }

    /// <summary>What the text can stand for.</summary>
    public GoNumber Number { get; }

    /// <inheritdoc/>
    protected override object? Ideal(Execution execution)
    {
        if (ideal is not null)
            return ideal;
        execution.At(this);
        throw execution.Fail(Text + " overflows int");
    }

    /// <inheritdoc/>
    protected override bool TryConvert(GoType type, out object? converted)
    {
        converted = null;
        switch (type.Kind)
        {
            case GoKind.Int when Number.IsInt:
                converted = GoValue.Box((nint)Number.Int);
                return true;
            case GoKind.Int32 when Number.IsInt:
                converted = unchecked((int)Number.Int);
                return true;
            case GoKind.Int64 when Number.IsInt:
                converted = Number.Int;
                return true;
            case GoKind.Uint8 when Number.IsUint:
                converted = unchecked((byte)Number.Uint);
                return true;
            case GoKind.Uint64 when Number.IsUint:
                converted = Number.Uint;
                return true;
            case GoKind.Float64 when Number.IsFloat:
                converted = Number.Float;
                return true;
            case GoKind.Complex128 when Number.IsComplex:
                converted = Number.Complex;
                return true;
            default:
                return false;
        }
    }
}

/// <summary>A number literal and every Go type it can stand for.</summary>
internal sealed class GoNumber
{
    public bool IsInt { get; init; }

    public bool IsUint { get; init; }

    public bool IsFloat { get; init; }

    public bool IsComplex { get; init; }

    public long Int { get; init; }

    public ulong Uint { get; init; }

    public double Float { get; init; }

    public Complex Complex { get; init; }

    /// <summary>The boxed value where no type is asked for; <see langword="null"/> if it overflows.</summary>
    public object? Ideal { get; init; }
}
