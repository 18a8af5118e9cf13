using GitOps.Helm.Functions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Rendering;

/// <summary>Turns the engine's errors into what Helm prints: the chain of templates, one place a line.</summary>
internal static class TemplateErrors
{
    public static HelmException ToHelm(TemplateException error, string template)
    {
        var message = error.IsParseError ? HelmErrorText.OfParsing(template, error.Message) : HelmErrorText.OfExecution(template, error);
        return new HelmException(ReasonOf(error), message, error)
        {
            AfterRelease = true,
            Location = new SourceLocation(error.Template ?? template, error.Line, error.Column),
        };
    }

    // A cluster that cannot be asked, or that refuses, is another failure than a template that is wrong.
    private static string ReasonOf(Exception error)
    {
        for (var cause = error.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is GitOpsException known)
            {
                return known.Reason;
            }
        }

        return Reasons.BuildFailed;
    }
}
