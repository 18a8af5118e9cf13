using LibGit2Sharp;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace GitOps.Git;

/// <summary>
/// Takes over the revisions that are in use from a damaged mirror into the one that was built in its place: the server may not have them any more.
/// </summary>
internal sealed class MirrorSalvage(string mirror, string repository, ILogger logger)
{
    /// <param name="damaged">Where the revisions may be; the first directory that has one counts.</param>
    /// <param name="oldest">What was not used since is left behind.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public void Save(IEnumerable<string> damaged, DateTime oldest, CancellationToken cancellationToken)
    {
        foreach (var directory in damaged)
        {
            foreach (var kept in MirrorReferences.ReadKept(directory).Where(k => k.UsedAt > oldest))
            {
                try
                {
                    if (!File.Exists(Path.Combine(mirror, kept.Name)))
                    {
                        Save(directory, kept.Target, cancellationToken);
                        MirrorReferences.Write(mirror, kept.Name, kept.Target, kept.UsedAt);
                    }
                }
                catch (Exception exception) when (exception is MirrorDamagedException or IOException)
                {
                    logger.RevisionLost(repository, kept.Target, exception.Message);
                }
            }
        }
    }

    private void Save(string directory, string objectId, CancellationToken cancellationToken)
    {
        using (var made = NativeObjects.Open(mirror))
        {
            if (made.Contains(new ObjectId(objectId)))
            {
                return;
            }
        }

        try
        {
            ObjectCopy.Copy(directory, mirror, [objectId], cancellationToken);
        }
        catch (MirrorDamagedException)
        {
            // What came before is broken; what is served may be whole.
            ObjectCopy.CopyWithoutHistory(directory, mirror, objectId, cancellationToken);
        }

        logger.RevisionSaved(repository, objectId);
    }
}
