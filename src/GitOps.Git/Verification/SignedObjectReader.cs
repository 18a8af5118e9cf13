using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Takes commits and annotated tags apart into what was signed and the signature.</summary>
internal static class SignedObjectReader
{
    public static SignedObject ReadCommit(Repository repository, Commit commit)
    {
        var what = $"commit {commit.Sha[..12]}";
        SignatureInfo info;
        try
        {
            info = Commit.ExtractSignature(repository, commit.Id);
        }
        catch (LibGit2Sharp.NotFoundException)
        {
            return new SignedObject(what, [], null, commit.Committer.When);
        }

        // libgit2sharp hands the bytes out as UTF-8 text: what was not UTF-8 cannot be checked any more.
        return info.SignedData.Contains('\uFFFD', StringComparison.Ordinal)
            ? throw new GitOpsException(Reasons.VerificationFailed, $"The signature of {what} cannot be checked: the commit is not UTF-8.")
            : new SignedObject(what, Encoding.UTF8.GetBytes(info.SignedData), info.Signature, commit.Committer.When);
    }

    public static SignedObject ReadTag(TagAnnotation tag)
    {
        var what = $"tag '{tag.Name}'";
        var tagger = tag.Tagger ?? throw new GitOpsException(Reasons.VerificationFailed, $"The {what} does not say who made it.");
        var offset = tagger.When.Offset;
        var type = tag.Target switch
        {
            Commit => "commit",
            TagAnnotation => "tag",
            Tree => "tree",
            _ => "blob",
        };
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"object {tag.Target.Sha}\ntype {type}\ntag {tag.Name}\ntagger {tagger.Name} <{tagger.Email}> {tagger.When.ToUnixTimeSeconds()} {(offset < TimeSpan.Zero ? '-' : '+')}{offset.Duration():hhmm}\n\n{tag.Message}");
        var bytes = Encoding.UTF8.GetBytes(text);

        // There is no way to the tag's own bytes; whether these are the same ones, its id tells. SHA-1 is Git's choice.
#pragma warning disable CA5350
        var id = Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"tag {bytes.Length}\0")), .. bytes]));
#pragma warning restore CA5350
        if (id != tag.Sha)
        {
            throw new GitOpsException(Reasons.VerificationFailed, $"The signature of {what} cannot be checked: the tag is not written as Git writes tags.");
        }

        var start = StartOfSignature(text);
        return start < 0
            ? new SignedObject(what, bytes, null, tagger.When)
            : new SignedObject(what, Encoding.UTF8.GetBytes(text[..start]), text[start..], tagger.When);
    }

    /// <summary>Where the signature starts: the last line that begins one.</summary>
    private static int StartOfSignature(string text)
    {
        var start = -1;
        foreach (var armor in (ReadOnlySpan<string>)[OpenPgpVerifier.Armor, SshSignature.Armor])
        {
            start = Math.Max(start, text.LastIndexOf("\n" + armor, StringComparison.Ordinal));
        }

        return start < 0 ? -1 : start + 1;
    }
}
