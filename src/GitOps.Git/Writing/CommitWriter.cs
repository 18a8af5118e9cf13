using System.Text;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Writes the objects of a commit into an object database; references stay as they are.</summary>
internal static class CommitWriter
{
    /// <returns>The new commit, or the parent when nothing would change.</returns>
    public static async ValueTask<Commit> WriteAsync(Repository repository, Commit? parent, GitCommit commit, DateTimeOffset when, CancellationToken cancellationToken)
    {
        var tree = WriteTree(repository, parent?.Tree, commit.Changes);
        if (parent is not null && parent.Tree.Id == tree.Id)
        {
            return parent;
        }

        var author = new Signature(commit.Author.Name, commit.Author.Email, when);
        Commit[] parents = parent is null ? [] : [parent];
        if (commit.Signer is null)
        {
            return repository.ObjectDatabase.CreateCommit(author, author, commit.Message, tree, parents, prettifyMessage: true);
        }

        var payload = Commit.CreateBuffer(author, author, commit.Message, tree, parents, true, null);
        var signature = await commit.Signer.SignAsync(Encoding.UTF8.GetBytes(payload), cancellationToken).ConfigureAwait(false);
        return repository.Lookup<Commit>(repository.ObjectDatabase.CreateCommitWithSignature(payload, signature.TrimEnd('\n')));
    }

    private static Tree WriteTree(Repository repository, Tree? from, IReadOnlyList<GitFileChange> changes)
    {
        var definition = from is null ? new TreeDefinition() : TreeDefinition.From(from);
        foreach (var change in changes)
        {
            if (change.Content is not { } content)
            {
                definition.Remove(change.Path.Value);
                continue;
            }

            var blob = repository.Lookup<Blob>(repository.ObjectDatabase.Write<Blob>(content.ToArray()));
            definition.Add(change.Path.Value, blob, change.IsExecutable ? Mode.ExecutableFile : Mode.NonExecutableFile);
        }

        return repository.ObjectDatabase.CreateTree(definition);
    }
}
