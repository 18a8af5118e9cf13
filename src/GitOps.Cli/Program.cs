using System.CommandLine;
using System.CommandLine.Invocation;
using GitOps.Cli;

var root = new RootCommand("GitOps from a shell: render, compare, apply and delete what a GitOps engine would, and run an in-memory cluster.")
{
    KustomizeCommand.Create(),
    HelmCommand.Create(),
    ApplyCommand.Create(),
    DiffCommand.Create(),
    DeleteCommand.Create(),
    ClusterCommand.Create(),
};

// An argument that starts with '@' is a value like any other, as in kubectl and helm, not the name of a response file.
var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

// The standard output is for what was asked for; whoever mistyped is told so on the other one.
if (parsed.Action is ParseErrorAction mistake)
{
    mistake.ShowHelp = false;
}

var code = await parsed.InvokeAsync().ConfigureAwait(false);

// For diff 1 means that something differs, and arguments that are none say nothing of that kind.
return parsed.Errors.Count > 0 && parsed.CommandResult.Command.Name == "diff" ? 2 : code;
