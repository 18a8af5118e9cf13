using System.Text;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Writes the objects of a commit into an object database; references stay as they are.</summary>
internal static class CommitWriter
{
    /// <exception cref="ArgumentException">The commit cannot be written anywhere.</exception>
    public static void Validate(GitCommit commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        if (commit.Branch.StartsWith("refs/", StringComparison.Ordinal) || !Reference.IsValidName($"refs/heads/{commit.Branch}"))
        {
            throw new ArgumentException($"'{commit.Branch}' is no name of a branch: give it without refs/heads/, as git branch prints it.", nameof(commit));
        }

        if (IsBad(commit.Author.Name) || IsBad(commit.Author.Email))
        {
            throw new ArgumentException("The author needs a name and a mail address, without angle brackets and line breaks.", nameof(commit));
        }

        if (commit.Message.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("The message holds a zero character.", nameof(commit));
        }

        static bool IsBad(string text) => string.IsNullOrWhiteSpace(text) || text.AsSpan().ContainsAny("<>\0\r\n");
    }

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
            RefuseOtherKinds(definition, change);
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

    /// <summary>A file takes the place of a file: the library would make room for it, and take away all of a directory.</summary>
    private static void RefuseOtherKinds(TreeDefinition definition, GitFileChange change)
    {
        if (definition[change.Path.Value] is { TargetType: not TreeEntryTargetType.Blob })
        {
            throw Refuse(change, $"{change.Path} is a directory or a submodule; each file is changed by its own path");
        }

        for (var directory = change.Path.Parent; !directory.IsRoot && change.Content is not null; directory = directory.Parent)
        {
            if (definition[directory.Value] is { TargetType: not TreeEntryTargetType.Tree })
            {
                throw Refuse(change, $"{change.Path} cannot be written, because {directory} is no directory; delete it first");
            }
        }
    }

    private static GitOpsException Refuse(GitFileChange change, string why) => new(Reasons.Conflict, $"{why}.") { Location = new SourceLocation(change.Path.Value) };
}
