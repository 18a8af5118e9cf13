using System.Globalization;
using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Verification;

/// <summary>Random <c>allowed_signers</c> files and signatures, judged by us and by ssh-keygen in the way Git asks it.</summary>
public sealed class SshOracleTests : IDisposable
{
    private static readonly string[] Principals = ["alice", "alice@example.com", "*@example.com", "*", "!alice@example.com,*", "bob,alice@example.com", "\"alice@example.com,carol\"", "ali?e@*"];
    private static readonly string[] Namespaces = ["git", "file", "file,git", "g*", "*,!git", "!file,*", "GIT"];
    private static readonly string[] Times = ["20200101", "20240101", "202401011200", "20240101120000", "20240601Z", "20240601120000Z", "20300101"];

    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _payload = "tree 0\nauthor Alice\n\nchange\n"u8.ToArray();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Verify_RandomAllowedSigners_SaysWhatSshKeygenSays()
    {
        Assert.SkipUnless(Tools.HasSshKeygen, "ssh-keygen is not installed");
        File.WriteAllBytes(_directory["payload"], _payload);
        foreach (var (name, type) in new[] { ("alice", "ed25519"), ("bob", "rsa"), ("ca", "ecdsa") })
        {
            SshServer.Keygen(_directory.Path, name, type);
        }

        var signatures = new List<(string Name, string Armor)> { ("alice", Sign("alice")), ("bob", Sign("bob")) };
        foreach (var (name, options) in new (string, string[])[]
        {
            ("for alice", ["-n", "alice@example.com", "-V", "20230101:20250101"]),
            ("for two", ["-n", "mallory,alice@example.com", "-V", "20230101:20250101"]),
            ("expired", ["-n", "alice@example.com", "-V", "20200101:20210101"]),
            ("of a host", ["-h", "-n", "alice@example.com"]),
            ("for nobody", []),
        })
        {
            var file = name.Replace(' ', '-');
            File.Copy(_directory["alice"], _directory[file]);
            File.Copy(_directory["alice.pub"], _directory[$"{file}.pub"]);
            Tools.Run("ssh-keygen", ["-q", "-s", _directory["ca"], "-I", name, .. options, _directory[$"{file}.pub"]], environment: Utc);
            File.Move(_directory[$"{file}-cert.pub"], _directory[$"{file}.pub"], overwrite: true);
            signatures.Add((name, Sign(file)));
        }

        var random = new Random(20261123);
        int accepted = 0, refused = 0;
        for (var round = 0; round < 250; round++)
        {
            var lines = string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Line(random) + "\n"));
            var (name, armor) = signatures[random.Next(signatures.Count)];
            var at = new DateTimeOffset(random.Next(2020, 2028), random.Next(1, 13), 1, 12, 0, random.Next(2), TimeSpan.Zero);
            File.WriteAllText(_directory["allowed"], lines);
            File.WriteAllText(_directory["payload.sig"], armor);

            var expected = IsAccepted(at);
            var verdict = new SshSignatureVerifier([], lines, []).Verify(armor, _payload, at);

            (verdict.Signer is not null).Should().Be(expected, "'{0}' at {1:O} with\n{2}we say {3}{4}", name, at, lines, verdict.Signer, verdict.Refusal);
            _ = expected ? accepted++ : refused++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{accepted} accepted, {refused} refused");
        accepted.Should().BePositive();
        refused.Should().BePositive();
    }

    private static IReadOnlyDictionary<string, string> Utc => new Dictionary<string, string> { ["TZ"] = "UTC" };

    private string Line(Random random)
    {
        var isAuthority = random.Next(2) == 0;
        var options = new List<string>();
        if (isAuthority ? random.Next(5) > 0 : random.Next(10) == 0)
        {
            options.Add("cert-authority");
        }

        if (random.Next(3) == 0)
        {
            options.Add($"namespaces=\"{Namespaces[random.Next(Namespaces.Length)]}\"");
        }

        var after = random.Next(Times.Length);
        if (random.Next(4) == 0)
        {
            options.Add($"valid-after=\"{Times[after]}\"");
        }

        if (random.Next(4) == 0 && after < Times.Length - 1)
        {
            options.Add($"valid-before=\"{Times[random.Next(after + 1, Times.Length)]}\"");
        }

        var key = isAuthority ? "ca" : random.Next(3) == 0 ? "bob" : "alice";
        var separator = random.Next(5) == 0 ? "\t" : " ";
        return $"{Principals[random.Next(Principals.Length)]}{separator}{(options.Count == 0 ? "" : string.Join(',', options) + " ")}{SshServer.KeyOf(File.ReadAllText(_directory[$"{key}.pub"]))}{(random.Next(3) == 0 ? " a comment" : "")}";
    }

    private string Sign(string key)
    {
        File.Delete(_directory["payload.sig"]);
        Tools.Run("ssh-keygen", ["-q", "-Y", "sign", "-n", "git", "-f", _directory[File.Exists(_directory[$"{key}.pub"]) ? $"{key}.pub" : key], _directory["payload"]]);
        return File.ReadAllText(_directory["payload.sig"]);
    }

    /// <summary>As Git does: whom the key may belong to at the time of the commit, and whether the signature is right for one of them.</summary>
    private bool IsAccepted(DateTimeOffset at)
    {
        var time = $"verify-time={at.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}";
        string found;
        try
        {
            found = Tools.Run("ssh-keygen", ["-Y", "find-principals", "-O", time, "-f", _directory["allowed"], "-s", _directory["payload.sig"]], environment: Utc);
        }
        catch (InvalidOperationException)
        {
            return false;
        }

        return found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Any(principal =>
        {
            try
            {
                Tools.Run("ssh-keygen", ["-Y", "verify", "-n", "git", "-O", time, "-f", _directory["allowed"], "-I", principal, "-s", _directory["payload.sig"]], environment: Utc, input: System.Text.Encoding.UTF8.GetString(_payload));
                return true;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        });
    }
}
