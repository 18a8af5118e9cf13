using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Reads TOML's numbers, dates and truth values.</summary>
internal sealed class TomlScalars(TomlCursor cursor)
{
    private const string DateTime = "2006-01-02T15:04:05.999999999";
    private const string Date = "2006-01-02";
    private const string Time = "15:04:05.999999999";

    // A time that says no zone keeps in its zone what it was, so that it can be written the same way.
    private static readonly GoZone s_dateTime = GoZone.Fixed("datetime-local", 0);
    private static readonly GoZone s_date = GoZone.Fixed("date-local", 0);
    private static readonly GoZone s_time = GoZone.Fixed("time-local", 0);

    private static readonly (string Layout, GoZone Zone)[] s_layouts =
    [
        ("2006-01-02T15:04:05.999999999Z07:00", GoZone.Utc),
        (DateTime, s_dateTime),
        (Date, s_date),
        (Time, s_time),
        ("2006-01-02T15:04Z07:00", GoZone.Utc),
        ("2006-01-02T15:04", s_dateTime),
        ("15:04", s_time),
    ];

    /// <summary>How a time without a zone is written; <see langword="null"/> for one with a zone.</summary>
    public static string? LocalLayout(GoTime time) =>
        ReferenceEquals(time.Zone, s_dateTime) ? DateTime : ReferenceEquals(time.Zone, s_date) ? Date : ReferenceEquals(time.Zone, s_time) ? Time : null;

    /// <summary>Reads a value whose first rune was read.</summary>
    public object Read(int rune)
    {
        cursor.Start = cursor.Position - (rune == TomlCursor.End ? 0 : TomlCursor.TextOf(rune).Length);
        switch (rune)
        {
            case >= '0' and <= '9':
                return rune == '0' ? AfterZero() : NumberOrDate();
            case '.':
                throw cursor.Fail("floats must start with a digit, not '.'");
            case 'i' or 'n':
                // The library tries both words one after the other and gives back no more than the last letter.
                if ((cursor.Accept('n') && cursor.Accept('f')) || (cursor.Accept('a') && cursor.Accept('n')))
                    return Float(cursor.Current);
                break;
            case '-' or '+':
                return Signed();
        }

        if (rune != TomlCursor.End && GoUnicode.IsLetter(new System.Text.Rune(rune)))
        {
            cursor.Back();
            return Word();
        }

        throw rune switch
        {
            TomlCursor.End => cursor.Fail("unexpected EOF; expected value"),
            '\n' => cursor.FailBefore("expected value but found '\\n' instead"),
            _ => cursor.Fail("expected value but found " + TomlCursor.Quoted(rune) + " instead"),
        };
    }

    private static bool IsDigit(int rune) => rune is >= '0' and <= '9';

    private static bool IsHex(int rune) => rune < 0x80 && char.IsAsciiHexDigit((char)rune);

    private object Word()
    {
        var start = cursor.Position;
        while (cursor.Next() is var rune && rune != TomlCursor.End && GoUnicode.IsLetter(new System.Text.Rune(rune)))
        {
        }

        cursor.Back();
        return cursor.Text[start..cursor.Position] switch
        {
            "true" => GoValue.True,
            "false" => GoValue.False,
            var word => throw cursor.Fail("expected value but found " + GoQuote.Quote(word) + " instead"),
        };
    }

    private object Signed()
    {
        var rune = cursor.Next();
        switch (rune)
        {
            case 'i':
                return cursor.Accept('n') && cursor.Accept('f') ? Float(cursor.Current) : throw cursor.Fail("invalid float: '" + cursor.Current + "'");
            case 'n':
                return cursor.Accept('a') && cursor.Accept('n') ? Float(cursor.Current) : throw cursor.Fail("invalid float: '" + cursor.Current + "'");
            case '0' when cursor.Peek() is var next and ('b' or 'o' or 'x'):
                throw cursor.Fail("cannot use sign with non-decimal numbers: '" + cursor.Current + (char)next + "'");
            case '.':
                throw cursor.Fail("floats must start with a digit, not '.'");
        }

        return IsDigit(rune) ? Decimal() : throw cursor.Fail("expected a digit but got " + TomlCursor.Quoted(rune));
    }

    private object AfterZero()
    {
        var rune = cursor.Next();
        if (IsDigit(rune))
            return NumberOrDate();
        switch (rune)
        {
            case '_':
                return Decimal();
            case '.' or 'e' or 'E':
                return FloatRest();
            case 'b':
                return Based("binary", "a ", static r => r is '0' or '1');
            case 'o':
                return Based("octal", "an ", static r => r is >= '0' and <= '7');
            case 'x':
                return Based("hexadecimal", "a ", IsHex);
        }

        cursor.Back();
        return Integer(cursor.Current);
    }

    private object Based(string kind, string article, Func<int, bool> isDigit)
    {
        var first = cursor.Peek();
        if (!isDigit(first))
            throw cursor.Fail("not " + article + kind + " number: '" + cursor.Current + TomlCursor.TextOf(first) + "'");
        SkipWhile(r => isDigit(r) || r == '_');
        return Integer(cursor.Current);
    }

    private object NumberOrDate()
    {
        while (true)
        {
            var rune = cursor.Next();
            if (IsDigit(rune))
                continue;
            switch (rune)
            {
                case '-' or ':':
                    SkipWhile(static r => IsDigit(r) || r is '-' or ':' or 'T' or 't' or ' ' or '.' or 'Z' or 'z' or '+');
                    return ReadTime(cursor.Current.Trim());
                case '_':
                    return Decimal();
                case '.' or 'e' or 'E':
                    return FloatRest();
            }

            cursor.Back();
            return Integer(cursor.Current);
        }
    }

    private object Decimal()
    {
        while (true)
        {
            var rune = cursor.Next();
            if (IsDigit(rune) || rune == '_')
                continue;
            if (rune is '.' or 'e' or 'E')
                return FloatRest();
            cursor.Back();
            return Integer(cursor.Current);
        }
    }

    private object FloatRest()
    {
        SkipWhile(static r => IsDigit(r) || r is '_' or '.' or '-' or '+' or 'e' or 'E');
        return Float(cursor.Current);
    }

    private void SkipWhile(Func<int, bool> belongs)
    {
        while (belongs(cursor.Next()))
        {
        }

        cursor.Back();
    }

    private object Integer(string text)
    {
        if (!HasGoodUnderscores(text))
            throw cursor.Fail("Invalid integer " + GoQuote.Quote(text) + ": underscores must be surrounded by digits", cursor.Line);
        if (HasLeadingZero(text))
            throw cursor.Fail("Invalid integer " + GoQuote.Quote(text) + ": cannot have leading zeroes", cursor.Line);
        return NumberParser.TryParseInt(text, out var value) ? value : throw cursor.Fail(text + " is out of range for int64", cursor.Line);
    }

    private object Float(string text)
    {
        var parts = text.Split(['.', 'e', 'E'], StringSplitOptions.RemoveEmptyEntries);
        if (!parts.All(HasGoodUnderscores))
            throw cursor.Fail("Invalid float " + GoQuote.Quote(text) + ": underscores must be surrounded by digits", cursor.Line);
        if (parts.Length > 0 && HasLeadingZero(parts[0]))
            throw cursor.Fail("Invalid float " + GoQuote.Quote(text) + ": cannot have leading zeroes", cursor.Line);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '.' && (i + 1 == text.Length || !char.IsAsciiDigit(text[i + 1])))
                throw cursor.Fail("Invalid float " + GoQuote.Quote(text) + ": '.' must be followed by one or more digits", cursor.Line);
        }

        var plain = text.Replace("_", string.Empty, StringComparison.Ordinal);
        if (plain is "nan" or "+nan" or "-nan")
            return Math.CopySign(double.NaN, plain[0] == '-' ? -1 : 1);
        if (GoCast.ParseFloat(plain, out var value))
            return value;
        throw cursor.Fail(
            double.TryParse(plain, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _)
                ? text + " is out of range for float64"
                : "Invalid float value: " + GoQuote.Quote(text),
            cursor.Line);
    }

    private GoTime ReadTime(string text)
    {
        text = text.Replace('z', 'Z').Replace('t', 'T').Replace(' ', 'T');
        foreach (var (layout, zone) in s_layouts)
        {
            GoTime time;
            try
            {
                time = GoLayout.Parse(layout, text, zone);
            }
            catch (FunctionException)
            {
                // The next layout may fit.
                continue;
            }

            if (!HasItsZeros(text, layout))
                break;
            return time;
        }

        throw cursor.Fail("invalid datetime: " + GoQuote.Quote(text), cursor.Line);
    }

    // Go reads numbers without their leading zero; then the separators are not where the layout has them.
    private static bool HasItsZeros(string text, string layout)
    {
        for (var i = 0; i < layout.Length && layout[i] is not ('.' or 'Z'); i++)
        {
            if (!char.IsAsciiDigit(layout[i]) && (i >= text.Length || text[i] != layout[i]))
                return false;
        }

        return true;
    }

    private static bool HasLeadingZero(string text) =>
        (text.Length > 1 && text[0] == '0' && text[1] is not ('b' or 'o' or 'x')) || (text.Length > 2 && text[0] is '-' or '+' && text[1] == '0');

    private static bool HasGoodUnderscores(string text)
    {
        if (text is "nan" or "+nan" or "-nan" or "inf" or "-inf" or "+inf")
            return true;
        var accept = false;
        foreach (var c in text)
        {
            if (c == '_' && !accept)
                return false;
            accept = IsHex(c);
        }

        return accept;
    }
}
