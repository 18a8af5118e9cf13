namespace GitOps.Helm.Functions;

/// <summary>Powers computed step by step as Go computes them: the last bit can differ from what the runtime gives.</summary>
internal static class GoMath
{
    /// <summary>Go's <c>math.Pow(10, n)</c>.</summary>
    /// <param name="exponent">A whole exponent.</param>
    /// <returns>The power.</returns>
    public static double Pow10(long exponent)
    {
        const int overflow = 1 << 12;
        if (exponent is 0)
            return 1;

        // 10 is 0.625 times two to the power of 4.
        double mantissa = 0.625, result = 1;
        int binary = 4, resultBinary = 0;
        for (var rest = ulong.CreateTruncating(exponent < 0 ? -exponent : exponent); rest != 0; rest >>= 1)
        {
            if (binary is < -overflow or > overflow)
            {
                resultBinary += binary;
                break;
            }

            if ((rest & 1) != 0)
            {
                result *= mantissa;
                resultBinary += binary;
            }

            mantissa *= mantissa;
            binary <<= 1;
            if (mantissa < 0.5)
            {
                mantissa += mantissa;
                binary--;
            }
        }

        return exponent < 0 ? Math.ScaleB(1 / result, -resultBinary) : Math.ScaleB(result, resultBinary);
    }
}
