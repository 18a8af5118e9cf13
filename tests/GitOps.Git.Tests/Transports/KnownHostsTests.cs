using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace GitOps.Git.Tests.Transports;

public sealed class KnownHostsTests
{
    private const string Key = "AAAAC3NzaC1lZDI1NTE5AAAAIPpHcF9bFmH4J2yJYDHX0V2Wgq2y3ZV0o6YvL4F2c9sX";

    private static readonly byte[] KeyBytes = Convert.FromBase64String(Key);

    [Theory]
    [InlineData("git.example.com", "git.example.com", 22, true)]
    [InlineData("GIT.example.com", "git.EXAMPLE.com", 22, true)]
    [InlineData("git.example.com", "git.example.com", 2222, false)]
    [InlineData("[git.example.com]:2222", "git.example.com", 2222, true)]
    [InlineData("[git.example.com]:2222", "git.example.com", 22, false)]
    [InlineData("[*.example.com]:*", "git.example.com", 2222, true)]
    [InlineData("*.example.com", "git.example.com", 22, true)]
    [InlineData("*.example.com", "example.com", 22, false)]
    [InlineData("*.example.com,!bad.example.com", "bad.example.com", 22, false)]
    [InlineData("!bad.example.com,*.example.com", "good.example.com", 22, true)]
    [InlineData("!git.example.com", "other.example.com", 22, false)]
    [InlineData("192.168.?.1", "192.168.7.1", 22, true)]
    [InlineData("git.example.com,10.0.0.1", "10.0.0.1", 22, true)]
    [InlineData("[::1]:2222", "::1", 2222, true)]
    public void Judge_Pattern_MatchesAsOpenSsh(string pattern, string host, int port, bool expected) =>
        KnownHosts.Parse($"{pattern} ssh-ed25519 {Key} comment\n").Judge(host, port, KeyBytes).Should().Be(expected ? HostKeyVerdict.Trusted : HostKeyVerdict.Unknown);

    [Fact]
    public void Judge_HashedHost_IsFound()
    {
        var salt = RandomNumberGenerator.GetBytes(20);
#pragma warning disable CA5350 // The format prescribes SHA-1.
        var hash = HMACSHA1.HashData(salt, "[git.example.com]:2222"u8);
#pragma warning restore CA5350
        var hosts = KnownHosts.Parse($"|1|{Convert.ToBase64String(salt)}|{Convert.ToBase64String(hash)} ssh-ed25519 {Key}\n");

        hosts.Judge("git.example.com", 2222, KeyBytes).Should().Be(HostKeyVerdict.Trusted);
        hosts.Judge("git.example.com", 22, KeyBytes).Should().Be(HostKeyVerdict.Unknown);
        hosts.KeyTypesOf("git.example.com", 2222).Should().Equal("ssh-ed25519");
    }

    [Theory]
    [InlineData("host ssh-ed25519")]
    [InlineData("host ssh-ed25519 not-base64!")]
    [InlineData("@unknown host ssh-ed25519 AAAA")]
    public void Parse_LineThatCannotBeRead_IsRefused(string line) => FluentActions.Invoking(() => KnownHosts.Parse(line)).Should().Throw<FormatException>().Which.Message.Should().Contain("line 1");

    [Fact]
    public void Parse_AnyText_ReadsOrRefuses() =>
        Gen.String.Sample(text =>
        {
            try
            {
                KnownHosts.Parse(text).Judge("host", 22, KeyBytes).Should().NotBe(HostKeyVerdict.Trusted);
            }
            catch (FormatException)
            {
                // Refusing is right too.
            }
        });

    [Fact]
    public void ReadAdvertisement_AnyBytes_ReadsOrRefuses() =>
        Gen.Byte.Array[0, 200].Select(Gen.Bool, (bytes, framed) => framed ? (byte[])[.. PktLine.Encode(Encoding.Latin1.GetString(bytes)), .. PktLine.Flush.Span] : bytes).Sample(bytes =>
        {
            var position = 0;
            try
            {
                ReferenceAdvertisementReader.ReadAsync(
                    buffer =>
                    {
                        if (position + buffer.Length > bytes.Length)
                        {
                            throw new EndOfStreamException();
                        }

                        bytes.AsSpan(position, buffer.Length).CopyTo(buffer.Span);
                        position += buffer.Length;
                        return Task.CompletedTask;
                    },
                    GitAddress.Parse("https://example.com/x"),
                    10,
                    hasServiceHeader: false).GetAwaiter().GetResult();
            }
            catch (GitOpsException)
            {
                // Refusing is right too.
            }
        });

    [Theory]
    [InlineData("git@github.com:org/repo.git", "ssh://git@github.com/org/repo.git", "org/repo.git")]
    [InlineData("ssh://git@github.com/org/repo.git", "ssh://git@github.com/org/repo.git", "/org/repo.git")]
    [InlineData("ssh://host:2222/~me/repo", "ssh://git@host:2222/~me/repo", "~me/repo")]
    [InlineData("https://example.com/org/repo.git/", "https://example.com/org/repo.git", "/org/repo.git")]
    [InlineData("https://example.com:8443/a%20b", "https://example.com:8443/a%20b", "/a%20b")]
    [InlineData("file:///srv/repo.git", "/srv/repo.git", "/srv/repo.git")]
    [InlineData("git://example.com/repo", "git://example.com/repo", "/repo")]
    public void Parse_Url_IsTakenApart(string url, string display, string path)
    {
        var address = GitAddress.Parse(url);

        address.Display.Should().Be(display);
        address.Path.Should().Be(path);
    }
}
