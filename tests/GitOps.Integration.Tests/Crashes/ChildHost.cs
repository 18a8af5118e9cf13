using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace GitOps.Integration.Tests.Crashes;

/// <summary>One host in a process of its own.</summary>
internal sealed class ChildHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly Task _errors;

    public ChildHost(HostChild.Settings settings, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(ChildHost).Assembly.Location);
        start.Environment[HostChild.Variable] = JsonSerializer.Serialize(settings);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _errors = ReadErrorsAsync();
    }

    public Task ReadyAsync(Revision revision) => ReadUntilAsync($"ready {revision.Digest}");

    public Task StandsAsync() => ReadUntilAsync("at ");

    public Task PollAsync() => WriteAsync("poll");

    public async Task ArmAsync(string stage, string edge, string name)
    {
        await WriteAsync($"arm {stage} {edge} {name}");
        await ReadUntilAsync("armed");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public bool KillNow()
    {
        _process.Kill();
        return true;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await DeadAsync();
    }

    public Task DeadAsync() => _process.WaitForExitAsync(Token).WaitAsync(Patience, TimeProvider.System, Token);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        await _errors;
        _process.Dispose();
    }

    private async Task WriteAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), Token);
        await _process.StandardInput.FlushAsync(Token);
    }

    private async Task ReadUntilAsync(string line)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience);
        List<string> seen = [];
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } read)
            {
                seen.Add(read);
                if (read.StartsWith(line, StringComparison.Ordinal))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            seen.Add("(nothing more)");
        }

        lock (_log)
        {
            Assert.Fail($"The host did not write '{line}', but:\n{string.Join("\n", seen)}\n{_log}");
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (_log)
            {
                _log.AppendLine(line);
            }
        }
    }
}
