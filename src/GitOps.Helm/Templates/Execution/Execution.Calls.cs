using System.Buffers;
using System.Globalization;

namespace GitOps.Helm.Templates;

internal sealed partial class Execution
{
    /// <summary>Follows a chain of fields; the last one may be a method with arguments.</summary>
    /// <param name="dot">The current dot, for arguments.</param>
    /// <param name="receiver">Where the chain starts.</param>
    /// <param name="at">The node, for errors.</param>
    /// <param name="names">The names.</param>
    /// <param name="first">The first name to use.</param>
    /// <param name="words">The arguments of the last name.</param>
    /// <param name="hasFinal">Whether a pipeline gives one more.</param>
    /// <param name="final">That one.</param>
    /// <returns>The value.</returns>
    public object? FieldChain(object? dot, object? receiver, Node at, string[] names, int first, Expression[] words, bool hasFinal, object? final)
    {
        object? owner = null;
        var last = names.Length - 1;
        for (var i = first; i < last; i++)
        {
            var value = Field(dot, owner, receiver, names[i], at, [], hasFinal: false, null);
            (owner, receiver) = (receiver, value);
        }

        return Field(dot, owner, receiver, names[last], at, words, hasFinal, final);
    }

    /// <summary>Checks a value that is passed as an argument.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">The parameter's type.</param>
    /// <returns>The value to pass.</returns>
    public object? Check(object? value, GoType type)
    {
        if (value is NoValue)
            return type.IsNilable ? null : throw Fail("invalid value; expected " + type.Name);
        if (value is null)
            return type.Kind == GoKind.Invalid ? null : throw Fail("wrong type for value; expected " + type.Name + "; got interface {}");
        if (ReferenceEquals(type, GoType.Map) && value is TypedMap)
            return TypedMap.MapOf(value) ?? throw Fail("wrong type for value; expected " + type.Name + "; got " + GoValue.TypeName(value));
        return type.Accepts(value) ? value : throw Fail("wrong type for value; expected " + type.Name + "; got " + GoValue.TypeName(value));
    }

    /// <summary>Calls a function with the arguments of a command.</summary>
    /// <param name="function">The function.</param>
    /// <param name="at">The function's name, for errors.</param>
    /// <param name="dot">The current dot.</param>
    /// <param name="words">The arguments.</param>
    /// <param name="command">The command, for errors of the call.</param>
    /// <param name="hasFinal">Whether a pipeline gives one more.</param>
    /// <param name="final">That one.</param>
    /// <returns>The result.</returns>
    public object? CallFunction(TemplateFunction function, Node at, object? dot, Expression[] words, Node command, bool hasFinal, object? final)
    {
        var count = words.Length + (hasFinal ? 1 : 0);
        var parameters = function.Parameters;
        if (function.Variadic is null ? count != parameters.Length : count < parameters.Length)
        {
            var atLeast = function.Variadic is null ? string.Empty : "at least ";
            var got = function.Variadic is null ? count : words.Length;
            throw Fail(string.Create(CultureInfo.InvariantCulture, $"wrong number of args for {function.Name}: want {atLeast}{parameters.Length} got {got}"));
        }

        if (function.ShortCircuit is { } stopOn)
            return ShortCircuit(stopOn, dot, words, hasFinal, final);

        var start = argumentTop;
        argumentTop += count;
        if (argumentTop > arguments.Length)
            GrowArguments();
        for (var i = 0; i < words.Length; i++)
            arguments[start + i] = words[i].Argument(this, dot, i < parameters.Length ? parameters[i] : function.Variadic!);
        if (hasFinal)
            arguments[start + words.Length] = Check(final, function.TypeOf(count - 1));
        if ((++steps & 0x3FF) == 0)
            CheckBudget();
        FirstArgument = words.Length > 0 ? words[0] : null;
        var buffer = arguments;
        var caller = current;
        object? result = null;
        Exception? failure = null;
        try
        {
            result = function.Body(this, buffer.AsSpan(start, count));
        }
        catch (TemplateException e)
        {
            failure = e;
        }
        catch (FunctionException e)
        {
            failure = e;
        }
        catch (Exception e) when (e is ArithmeticException or ArgumentException or FormatException or InvalidOperationException or IndexOutOfRangeException or InvalidCastException)
        {
            // Go turns a function's panic into an error of the call; so does this.
            failure = new FunctionException("runtime error: " + e.Message, e);
        }

        if (failure is not null)
        {
            // Thrown here and not in the handlers: those would pile up on the stack when includes nest deeply.
            current = caller;
            node = command;
            throw Fail("error calling " + function.Name + ": " + failure.Message, failure);
        }

        // A function that ran templates may have moved the arguments to a larger array.
        arguments.AsSpan(start, count).Clear();
        argumentTop = start;
        if (result is string { Length: > 1 << 20 } large && large.Length > Limits.MaxOutputChars)
            throw Fail(string.Create(CultureInfo.InvariantCulture, $"result of {function.Name} is over the limit of {Limits.MaxOutputChars} characters"));
        return result;
    }

    private object? ShortCircuit(bool stopOn, object? dot, Expression[] words, bool hasFinal, object? final)
    {
        object? value = null;
        foreach (var word in words)
        {
            value = word.Argument(this, dot, GoType.Value);
            if (GoValue.IsTrue(value) == stopOn)
                return value;
        }

        return hasFinal ? final : value;
    }

    private void GrowArguments()
    {
        var larger = ArrayPool<object?>.Shared.Rent(argumentTop * 2);
        arguments.AsSpan().CopyTo(larger);

        // The old array stays alive: spans over it may be in use further up the stack.
        arguments = larger;
    }

    private object? Field(object? dot, object? owner, object? receiver, string name, Node at, Expression[] words, bool hasFinal, object? final)
    {
        if (receiver is Dictionary<string, object?> map)
        {
            if (words.Length > 0 || hasFinal)
                throw Fail(name + " is not a method but has arguments");
            if (map.TryGetValue(name, out var value))
                return value;
            return Options.FailOnMissingKey ? throw Fail("map has no entry for key " + GoQuote.Quote(name)) : null;
        }

        switch (receiver)
        {
            case NoValue:
                return Options.FailOnMissingKey ? throw Fail("nil data; no entry for key " + GoQuote.Quote(name)) : receiver;
            case null:
                throw Fail("nil pointer evaluating interface {}." + name);
            case IGoMethods methods when methods.FindMethod(name) is { } method:
                return CallFunction(method, at, dot, words, at, hasFinal, final);
            case TypedMap typed:
                if (words.Length > 0 || hasFinal)
                    throw Fail(name + " is not a method but has arguments");
                if (typed.Items.TryGetValue(name, out var element))
                    return element;
                return Options.FailOnMissingKey ? throw Fail("map has no entry for key " + GoQuote.Quote(name)) : typed.Element.Zero;
            case GoStruct structure when structure.TryGetField(name, out var field):
                return words.Length > 0 || hasFinal
                    ? throw Fail(name + " has arguments but cannot be invoked as function")
                    : field;
            default:
                // Go names the type of the place the value was found in: entries of maps and elements of lists are of any type.
                var isAny = owner is Dictionary<string, object?> or TypedMap || ReferenceEquals(receiver, Element);
                throw Fail("can't evaluate field " + name + " in type " + (isAny ? "interface {}" : GoValue.TypeName(receiver)));
        }
    }
}
