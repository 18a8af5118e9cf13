using System.Security.Cryptography;
using System.Text;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace GitOps.Git;

/// <summary>Signs with an SSH key (SSHSIG, namespace <c>git</c>).</summary>
/// <param name="privateKey">The private key: OpenSSH's format or PEM; read anew for each signature.</param>
/// <param name="passphrase">Its passphrase.</param>
public sealed class SshSigner(GitSecret privateKey, GitSecret? passphrase = null) : IGitSigner
{
    /// <inheritdoc/>
    public async ValueTask<string> SignAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default)
    {
        var text = await privateKey.ReadAsync(cancellationToken).ConfigureAwait(false);
        var secret = passphrase is null ? null : (await passphrase.ReadAsync(cancellationToken).ConfigureAwait(false)).TrimEnd('\r', '\n');
        try
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text.TrimEnd() + "\n"));
            using var key = secret is null ? new PrivateKeyFile(stream) : new PrivateKeyFile(stream, secret);

            // Plain ssh-rsa means SHA-1, which nobody accepts any more.
            var algorithm = key.HostKeyAlgorithms.First(a => a.Name != "ssh-rsa");
            const string Hash = "sha512";
            var signature = algorithm.Sign(SshSignature.SignedData("git", Hash, payload.ToArray()));
            return new SshSignature(algorithm.Data, "git", Hash, signature).ToArmor();
        }
        catch (Exception exception) when (exception is SshException or CryptographicException or FormatException or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, "The SSH signing key cannot be read, or its passphrase is missing or wrong.");
        }
    }
}
