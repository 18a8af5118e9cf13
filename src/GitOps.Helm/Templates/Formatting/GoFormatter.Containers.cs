using System.Numerics;

namespace GitOps.Helm.Templates;

/// <content>Values of every kind, and what holds values.</content>
internal sealed partial class GoFormatter
{
    private void PrintValue(object? value, int verb, int depth)
    {
        if (depth > MaxNesting)
            throw new FunctionException("cannot print a value nested more than 1000 levels deep");
        if (sharpV && !erroring && value is IGoSyntax syntax)
        {
            Pad(syntax.GoSyntax());
            return;
        }

        if (verb is 'v' or 's' or 'x' or 'X' or 'q' && value is IGoStringer text)
        {
            if (!erroring && !text.OnlyWhenAddressable && !sharpV)
            {
                PrintString(text.GoString(), verb, value);
                return;
            }
        }

        switch (value)
        {
            case null or NoValue:
                output.Append(sharpV ? "interface {}(nil)" : "<nil>");
                break;
            case string s:
                PrintString(s, verb, s);
                break;
            case bool b:
                if (verb is 't' or 'v')
                    Pad(b ? "true" : "false");
                else
                    BadVerb(value, verb);
                break;
            case double d:
                PrintFloat(d, verb, single: false, value);
                break;
            case float f:
                PrintFloat(f, verb, single: true, value);
                break;
            case Complex c:
                PrintComplex(c, verb);
                break;
            case byte[] bytes:
                PrintBytes(bytes, verb, depth);
                break;
            case List<object?> list:
                PrintList(value, list, GoType.Any, verb, depth);
                break;
            case TypedList list:
                PrintList(value, list.Items, list.Element, verb, depth);
                break;
            case Dictionary<string, object?> map:
                PrintMap(value, map, verb, depth);
                break;
            case TypedMap map:
                PrintMap(value, map.Items, verb, depth);
                break;
            case GoStruct structure:
                PrintStruct(structure, verb, depth);
                break;
            default:
                if (GoValue.TryGetInteger(value, out var number, out var signed))
                    PrintInteger(number, signed, verb, value);
                else
                    BadVerb(value, verb);
                break;
        }
    }

    private void PrintList(object value, IReadOnlyList<object?> items, GoType element, int verb, int depth)
    {
        if (verb is 's' or 'q' or 'x' or 'X' && ReferenceEquals(element, GoType.Uint8))
        {
            var bytes = new byte[items.Count];
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)items[i]!;
            PrintBytes(bytes, verb, depth);
            return;
        }

        if (sharpV && GoValue.IsNil(value))
        {
            output.Append(GoValue.TypeName(value)).Append("(nil)");
            return;
        }

        if (sharpV)
            output.Append(GoValue.TypeName(value)).Append('{');
        else
            output.Append('[');
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                output.Append(sharpV ? ", " : " ");
            PrintValue(items[i], verb, depth + 1);
        }

        output.Append(sharpV ? '}' : ']');
    }

    private void PrintMap(object value, Dictionary<string, object?> map, int verb, int depth)
    {
        if (sharpV && GoValue.IsNil(value))
        {
            output.Append(GoValue.TypeName(value)).Append("(nil)");
            return;
        }

        if (sharpV)
            output.Append(GoValue.TypeName(value)).Append('{');
        else
            output.Append("map[");
        var first = true;
        foreach (var key in GoValue.SortedKeys(map))
        {
            if (!first)
                output.Append(sharpV ? ", " : " ");
            first = false;
            PrintValue(key, verb, depth + 1);
            output.Append(':');
            PrintValue(map[key], verb, depth + 1);
        }

        output.Append(sharpV ? '}' : ']');
    }

    private void PrintStruct(GoStruct structure, int verb, int depth)
    {
        if (structure.IsPointer)
        {
            if (depth > 0)
            {
                // Go prints an address here, different in each run.
                output.Append("0xc000000000");
                return;
            }

            output.Append('&');
        }

        if (sharpV)
            output.Append(structure.TypeName.TrimStart('*'));
        output.Append('{');
        for (var i = 0; i < structure.Fields.Count; i++)
        {
            if (i > 0)
                output.Append(sharpV ? ", " : " ");
            if (plusV || sharpV)
                output.Append(structure.Fields[i].Name).Append(':');
            PrintValue(structure.Fields[i].Value, verb, depth + 1);
        }

        output.Append('}');
    }
}
