using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Every function Helm 4 offers to templates, besides those of Go's engine.</summary>
internal static class HelmFunctions
{
    /// <summary>All of them by name.</summary>
    public static FunctionTable Table { get; } = new(
    [
        .. StringFunctions.All,
        .. NumberFunctions.All,
        .. ListFunctions.All,
        .. DictFunctions.All,
        .. DefaultFunctions.All,
        .. FlowFunctions.All,
        .. DataFunctions.All,
        .. DateFunctions.All,
        .. SemVerFunctions.All,
        .. PathFunctions.All,
        .. EncodingFunctions.All,
        .. UrlFunctions.All,
        .. RegexFunctions.All,
        .. CertificateFunctions.All,
        .. CryptoFunctions.All,
    ]);
}
