using System.Runtime.CompilerServices;
using GitOps.Helm.Functions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Schema;

/// <summary>Compiled schemas, as long as the chart that holds their text lives.</summary>
internal static class SchemaCache
{
    private static readonly ConditionalWeakTable<byte[], SchemaNode> Compiled = [];

    /// <summary>The compiled schema of a text.</summary>
    /// <exception cref="SchemaException">The text is no valid schema.</exception>
    /// <exception cref="FunctionException">The text is no JSON.</exception>
    public static SchemaNode Get(byte[] text) => Compiled.GetValue(text, static t => SchemaCompiler.Compile(GoJsonReader.ReadStream(GoText.FromBytes(t))));
}
