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
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
