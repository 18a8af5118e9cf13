using System.Text;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>A bare repository on disk that commits are written to directly: for examples, tests and local use. To write to a server, use <see cref="GitWriter"/>.</summary>
/// <remarks>Thread-safe: writes happen one after the other.</remarks>
public sealed class BareGitRepository : IDisposable
{
    private readonly Repository _repository;
    private readonly TimeProvider _timeProvider;
    private readonly SemaphoreSlim _writing = new(1, 1);

    private BareGitRepository(string directory, TimeProvider? timeProvider)
    {
        Directory = Path.GetFullPath(directory);
        _repository = new Repository(Directory);
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <summary>The repository's directory.</summary>
    public string Directory { get; }

    /// <summary>The repository's <c>file://</c> URL.</summary>
    public string Url => new Uri(Directory).AbsoluteUri;

    /// <summary>Makes an empty repository.</summary>
    /// <param name="directory">Where; made when there is none.</param>
    /// <param name="defaultBranch">The branch that <c>HEAD</c> names.</param>
    /// <param name="timeProvider">The clock; the system's when <see langword="null"/>.</param>
    /// <returns>The repository.</returns>
    public static BareGitRepository Create(string directory, string defaultBranch = "main", TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentException.ThrowIfNullOrEmpty(defaultBranch);
        GitRuntime.EnsureInitialized();
        Repository.Init(directory, isBare: true);
        var made = new BareGitRepository(directory, timeProvider);
        made._repository.Refs.UpdateTarget("HEAD", $"refs/heads/{defaultBranch}");
        return made;
    }

    /// <summary>Opens a repository.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="timeProvider">The clock; the system's when <see langword="null"/>.</param>
    /// <returns>The repository.</returns>
    public static BareGitRepository Open(string directory, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        GitRuntime.EnsureInitialized();
        return new BareGitRepository(directory, timeProvider);
    }

    /// <summary>Writes a commit to a branch.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The branch's revision afterwards; the same as before when the commit would change nothing.</returns>
    public async ValueTask<Revision> CommitAsync(GitCommit commit, CancellationToken cancellationToken = default)
    {
        CommitWriter.Validate(commit);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var name = $"refs/heads/{commit.Branch}";
            var parent = _repository.Refs[name]?.ResolveToDirectReference()?.Target as Commit;
            var written = await CommitWriter.WriteAsync(_repository, parent, commit, _timeProvider.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            _repository.Refs.Add(name, written.Id, allowOverwrite: true);
            return new Revision(commit.Branch, "sha1", written.Sha);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Writes a commit to <c>main</c>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="changes">What it changes.</param>
    /// <returns>The branch's revision afterwards.</returns>
    public ValueTask<Revision> CommitAsync(string message, params IEnumerable<GitFileChange> changes) =>
        CommitAsync(new GitCommit { Message = message, Changes = [.. changes] });

    /// <summary>Writes a tag.</summary>
    /// <param name="name">The tag's name.</param>
    /// <param name="revision">The commit it names.</param>
    /// <param name="message">The message of an annotated tag; <see langword="null"/> for a lightweight one.</param>
    /// <param name="signer">Signs an annotated tag.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async ValueTask TagAsync(string name, Revision revision, string? message = null, IGitSigner? signer = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(revision);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var target = new ObjectId(revision.Digest);
            if (message is not null)
            {
                var when = _timeProvider.GetUtcNow();
                var payload = string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"object {revision.Digest}\ntype commit\ntag {name}\ntagger GitOps.Core <gitops@localhost> {when.ToUnixTimeSeconds()} +0000\n\n{message.TrimEnd('\n')}\n");
                if (signer is not null)
                {
                    payload += (await signer.SignAsync(Encoding.UTF8.GetBytes(payload), cancellationToken).ConfigureAwait(false)).TrimEnd('\n') + "\n";
                }

                target = _repository.ObjectDatabase.Write<TagAnnotation>(Encoding.UTF8.GetBytes(payload));
            }

            _repository.Refs.Add($"refs/tags/{name}", target, allowOverwrite: true);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Points a reference somewhere else, as a forced push does, or deletes it.</summary>
    /// <param name="name">The full name, for instance <c>refs/heads/main</c>.</param>
    /// <param name="revision">Where it points; <see langword="null"/> deletes it.</param>
    public void SetReference(string name, Revision? revision)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (revision is null)
        {
            _repository.Refs.Remove(name);
        }
        else
        {
            _repository.Refs.Add(name, new ObjectId(revision.Digest), allowOverwrite: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _repository.Dispose();
        _writing.Dispose();
    }
}
