using GitOps.Helm.Functions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Rendering;

/// <summary>Turns the engine's errors into what Helm prints: the chain of templates, one place a line.</summary>
internal static class TemplateErrors
{
    public static HelmException ToHelm(TemplateException error, string template)
    {
        var message = error.IsParseError ? HelmErrorText.OfParsing(template, error.Message) : HelmErrorText.OfExecution(template, error);
        return new HelmException(message, error)
        {
            AfterRelease = true,
            Location = new SourceLocation(error.Template ?? template, error.Line, error.Column),
        };
    }
}
