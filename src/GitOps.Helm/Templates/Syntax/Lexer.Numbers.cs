namespace GitOps.Helm.Templates;

/// <content>Numbers.</content>
internal sealed partial class Lexer
{
    private State LexNumber()
    {
        if (!ScanNumber())
            return Fail("bad number syntax: " + GoQuote.Quote(input[start..position]));
        if (Peek() is '+' or '-')
        {
            if (!ScanNumber() || input[position - 1] != 'i')
                return Fail("bad number syntax: " + GoQuote.Quote(input[start..position]));
            return Emit(TokenKind.Complex);
        }

        return Emit(TokenKind.Number);
    }

    private bool Accept(string any)
    {
        if (position >= end || !any.Contains(input[position], StringComparison.Ordinal))
            return false;
        position++;
        return true;
    }

    private void AcceptRun(string any)
    {
        while (Accept(any))
        {
        }
    }

    private bool ScanNumber()
    {
        const string Decimal = "0123456789_";
        Accept("+-");
        var digits = Decimal;
        var hex = false;
        if (Accept("0"))
        {
            if (Accept("xX"))
            {
                digits = "0123456789abcdefABCDEF_";
                hex = true;
            }
            else if (Accept("oO"))
            {
                digits = "01234567_";
            }
            else if (Accept("bB"))
            {
                digits = "01_";
            }
        }

        AcceptRun(digits);
        if (Accept("."))
            AcceptRun(digits);
        if (ReferenceEquals(digits, Decimal) && Accept("eE"))
        {
            Accept("+-");
            AcceptRun(Decimal);
        }

        if (hex && Accept("pP"))
        {
            Accept("+-");
            AcceptRun(Decimal);
        }

        Accept("i");
        if (position < end && IsDigitOrLetter(input, position, out var width))
        {
            position += width;
            return false;
        }

        return true;
    }
}
