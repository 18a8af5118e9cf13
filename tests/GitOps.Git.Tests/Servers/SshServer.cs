namespace GitOps.Git.Tests.Servers;

/// <summary>OpenSSH's server on 127.0.0.1, with keys made for one test.</summary>
internal sealed class SshServer : IAsyncDisposable
{
    private const string ReadyLine = "Server listening on";

    private ServerProcess _process;

    private SshServer(ServerProcess process, string directory, int port) => (_process, Directory, Port) = (process, directory, port);

    public string Directory { get; }

    public int Port { get; }

    public string User { get; } = Environment.UserName;

    public string HostKey => Read("host_ed25519.pub").Trim();

    public string KnownHosts => KnownHostsAt(Port);

    /// <summary>What the server was asked to run, when it was started with <see cref="RecordCommands"/>.</summary>
    public IReadOnlyList<string> Commands => File.Exists(Path.Combine(Directory, "commands")) ? File.ReadAllLines(Path.Combine(Directory, "commands")) : [];

    public string Url(string repository) => $"ssh://{User}@127.0.0.1:{Port}{repository}";

    /// <summary>Sets a key that the server accepts, and the server's own, perhaps at the port of a relay.</summary>
    public void Open(GitSourceOptions options, int? port = null)
    {
        options.Credentials.PrivateKey = Read("user_ed25519");
        options.Credentials.KnownHosts = KnownHostsAt(port ?? Port);
    }

    public static string KeyOf(string publicKey) => string.Join(' ', publicKey.Split(' ').Take(2));

    /// <summary>Prepares a server that writes down what it is asked to run.</summary>
    public static string RecordCommands(string directory) =>
        $"ForceCommand echo \"$SSH_ORIGINAL_COMMAND\" >> '{directory}/commands'; exec sh -c \"$SSH_ORIGINAL_COMMAND\"";

    /// <param name="directory">Where its keys are put.</param>
    /// <param name="options">Lines of its configuration that come before all others.</param>
    /// <param name="prepare">Runs when the keys are there.</param>
    /// <param name="hostKeys">The files of its host keys; one of type Ed25519 when there are none.</param>
    public static async Task<SshServer> StartAsync(string directory, IEnumerable<string>? options = null, Action<string>? prepare = null, params string[] hostKeys)
    {
        Assert.SkipUnless(Tools.Sshd is not null, "sshd is not installed (Debian: openssh-server)");
        Assert.SkipUnless(Tools.HasSshKeygen, "ssh-keygen is not installed");
        Assert.SkipUnless(Tools.HasGit, "git is not installed");
        System.IO.Directory.CreateDirectory(directory);
        if (Environment.IsPrivilegedProcess)
        {
            // sshd drops its privileges into this directory when root starts it.
            System.IO.Directory.CreateDirectory("/run/sshd");
        }

        Keygen(directory, "host_ed25519", "ed25519");
        Keygen(directory, "user_ed25519", "ed25519");
        await File.WriteAllTextAsync(Path.Combine(directory, "authorized_keys"), await File.ReadAllTextAsync(Path.Combine(directory, "user_ed25519.pub")));
        prepare?.Invoke(directory);
        var (process, port, log) = await ServerProcess.TryStartOnFreePortAsync(Tools.Sshd!, p => Arguments(WriteConfiguration(directory, p, options ?? [], hostKeys.Length == 0 ? ["host_ed25519"] : hostKeys)), ReadyLine);
        Assert.SkipWhen(process is null, $"sshd does not start here: {log}");
        return new SshServer(process!, directory, port);
    }

    public static void Keygen(string directory, string name, string type, string passphrase = "", params string[] more) =>
        Tools.Run("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", name, "-f", Path.Combine(directory, name), .. more]);

    public void Authorize(string publicKeyFile) => File.AppendAllText(Path.Combine(Directory, "authorized_keys"), Read(publicKeyFile));

    public string Read(string name) => File.ReadAllText(Path.Combine(Directory, name));

    /// <summary>Ends the server and all its connections, and starts it again with the same keys on the same port.</summary>
    public async Task RestartAsync()
    {
        await _process.DisposeAsync();
        var (process, log) = await ServerProcess.TryStartAsync(Tools.Sshd!, Arguments(Path.Combine(Directory, "sshd_config")), ReadyLine);
        _process = process ?? throw new InvalidOperationException($"sshd does not start again: {log}");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static IEnumerable<string> Arguments(string configuration) => ["-D", "-e", "-f", configuration];

    private static string WriteConfiguration(string directory, int port, IEnumerable<string> options, IEnumerable<string> hostKeys)
    {
        var configuration = Path.Combine(directory, "sshd_config");
        File.WriteAllLines(configuration,
        [
            .. options,
            $"Port {port}",
            "ListenAddress 127.0.0.1",
            .. hostKeys.Select(k => $"HostKey {directory}/{k}"),
            $"AuthorizedKeysFile {directory}/authorized_keys",
            $"PidFile {directory}/sshd.pid",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "UsePAM no",
            "PermitRootLogin yes",
            "StrictModes no",
            "MaxStartups 200:30:400",
            "MaxSessions 100",
        ]);
        return configuration;
    }

    private string KnownHostsAt(int port) => $"[127.0.0.1]:{port} {KeyOf(HostKey)}\n";
}
