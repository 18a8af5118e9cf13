using System.Diagnostics;

namespace GitOps.Git.Tests.Servers;

/// <summary>The programs that some tests compare with or start.</summary>
internal static class Tools
{
    public static bool HasGit { get; } = Find("git") is not null;

    public static string? Sshd { get; } = Find("sshd", "/usr/sbin", "/usr/local/sbin");

    public static bool HasSshKeygen { get; } = Find("ssh-keygen") is not null;

    public static bool HasGpg { get; } = Find("gpg") is not null;

    public static string? Find(string program, params string[] also) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(also).Where(d => d.Length > 0).Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program and gives what it prints; a failure is an exception with what it printed.</summary>
    public static string Run(string program, IEnumerable<string> arguments, string? directory = null, IReadOnlyDictionary<string, string>? environment = null, string? input = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = directory ?? "" };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{output}\n{errors.GetAwaiter().GetResult()}");
    }
}
