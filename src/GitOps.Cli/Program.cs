using System.CommandLine;
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
return await root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }).InvokeAsync().ConfigureAwait(false);
