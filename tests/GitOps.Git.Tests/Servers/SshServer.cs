using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace GitOps.Git.Tests.Servers;

/// <summary>OpenSSH's server on 127.0.0.1, with keys made for one test.</summary>
internal sealed class SshServer : IAsyncDisposable
{
    private readonly Process _process;

    private SshServer(Process process, string directory, int port)
    {
        _process = process;
        Directory = directory;
        Port = port;
    }

    public string Directory { get; }

    public int Port { get; }

    public string User { get; } = Environment.UserName;

    public string HostKey => File.ReadAllText(Path.Combine(Directory, "host_ed25519.pub")).Trim();

    public string KnownHosts => $"[127.0.0.1]:{Port} {KeyOf(HostKey)}\n";

    public string Url(string repository) => $"ssh://{User}@127.0.0.1:{Port}{repository}";

    public static string KeyOf(string publicKey) => string.Join(' ', publicKey.Split(' ').Take(2));

    public static async Task<SshServer> StartAsync(string directory, IEnumerable<string>? options = null, Action<string>? prepare = null)
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
        var authorized = Path.Combine(directory, "authorized_keys");
        await File.WriteAllTextAsync(authorized, await File.ReadAllTextAsync(Path.Combine(directory, "user_ed25519.pub")));
        prepare?.Invoke(directory);
        var port = FreePort();
        var configuration = Path.Combine(directory, "sshd_config");
        await File.WriteAllLinesAsync(configuration,
        [
            .. options ?? [],
            $"Port {port}",
            "ListenAddress 127.0.0.1",
            $"HostKey {directory}/host_ed25519",
            $"AuthorizedKeysFile {authorized}",
            $"PidFile {directory}/sshd.pid",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "UsePAM no",
            "PermitRootLogin yes",
            "StrictModes no",
            "MaxStartups 200:30:400",
            "MaxSessions 100",
        ]);
        var process = Process.Start(new ProcessStartInfo(Tools.Sshd!, ["-D", "-e", "-f", configuration]) { RedirectStandardError = true })!;
        var log = new List<string>();
        process.ErrorDataReceived += (_, e) =>
        {
            lock (log)
            {
                log.Add(e.Data ?? "");
            }
        };
        process.BeginErrorReadLine();
        for (var attempt = 0; ; attempt++)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return new SshServer(process, directory, port);
            }
            catch (SocketException) when (attempt < 100 && !process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
            catch (SocketException)
            {
                Assert.Skip($"sshd does not start here: {string.Join('\n', log)}");
            }
        }
    }

    public static void Keygen(string directory, string name, string type, string passphrase = "", params string[] more) =>
        Tools.Run("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", name, "-f", Path.Combine(directory, name), .. more]);

    public void Authorize(string publicKeyFile) => File.AppendAllText(Path.Combine(Directory, "authorized_keys"), File.ReadAllText(Path.Combine(Directory, publicKeyFile)));

    public string Read(string name) => File.ReadAllText(Path.Combine(Directory, name));

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
