using Microsoft.Extensions.Logging;

namespace GitOps.Git;

internal static partial class GitLog
{
    [LoggerMessage(EventId = 2001, EventName = "GitMirrorRebuilt", Level = LogLevel.Warning, Message = "The mirror of {Repository} is built anew: {Cause}")]
    public static partial void MirrorRebuilt(this ILogger logger, string repository, string cause);

    [LoggerMessage(EventId = 2002, EventName = "GitMirrorCompacted", Level = LogLevel.Debug, Message = "The mirror of {Repository} was compacted from {Packs} packs")]
    public static partial void MirrorCompacted(this ILogger logger, string repository, int packs);
}
