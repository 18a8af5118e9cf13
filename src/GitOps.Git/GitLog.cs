using Microsoft.Extensions.Logging;

namespace GitOps.Git;

internal static partial class GitLog
{
    [LoggerMessage(EventId = 2001, EventName = "GitMirrorRebuilt", Level = LogLevel.Warning, Message = "The mirror of {Repository} is built anew: {Cause}")]
    public static partial void MirrorRebuilt(this ILogger logger, string repository, string cause);

    [LoggerMessage(EventId = 2002, EventName = "GitMirrorCompacted", Level = LogLevel.Debug, Message = "The mirror of {Repository} was compacted from {Packs} packs")]
    public static partial void MirrorCompacted(this ILogger logger, string repository, int packs);

    [LoggerMessage(EventId = 2003, EventName = "GitRevisionSaved", Level = LogLevel.Information, Message = "Commit {Commit}, which is in use and not on the server any more, was saved from the damaged mirror of {Repository}")]
    public static partial void RevisionSaved(this ILogger logger, string repository, string commit);

    [LoggerMessage(EventId = 2004, EventName = "GitRevisionLost", Level = LogLevel.Error, Message = "Commit {Commit}, which is in use, is lost: the damaged mirror of {Repository} cannot give it, and the server does not have it any more: {Cause}")]
    public static partial void RevisionLost(this ILogger logger, string repository, string commit, string cause);
}
