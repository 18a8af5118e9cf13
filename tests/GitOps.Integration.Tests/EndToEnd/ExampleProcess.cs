using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>An example as its user runs it: a process of its own, which ends with the test at the latest.</summary>
internal sealed class ExampleProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Task _reader;

    private ExampleProcess(Process process)
    {
        _process = process;
        _limit.CancelAfter(Patience);
        _reader = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Ends when the test's patience does.</summary>
    public CancellationToken Limit => _limit.Token;

    public static ExampleProcess Start(string name, params string[] arguments)
    {
        // The examples are built for the same configuration as the tests, each into its own folder.
        var ours = new DirectoryInfo(AppContext.BaseDirectory);
        var root = ours;
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "GitOps.Core.sln")))
        {
            root = root.Parent;
        }

        Assert.SkipWhen(root is null, "The tests do not run inside the repository.");
        var folder = Path.Combine(root!.FullName, "examples", name, "bin", ours.Parent!.Name, ours.Name);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.ArgumentList.Add(Path.Combine(folder, $"{name}.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new ExampleProcess(Process.Start(start)!);
    }

    /// <summary>Runs an example to its end.</summary>
    public static async Task<(int Code, string Output, TimeSpan Elapsed)> RunAsync(string name, params string[] arguments)
    {
        await using var example = Start(name, arguments);
        await example._process.WaitForExitAsync(example.Limit);
        await example._reader.WaitAsync(example.Limit);
        return (example._process.ExitCode, example.Output, example._watch.Elapsed);
    }

    /// <summary>The next line that holds a text.</summary>
    public async Task<string> LineAsync(string text)
    {
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync(Limit))
            {
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No line with '{text}' in:\n{Output}");
        }

        throw new InvalidOperationException($"The example ended without a line with '{text}':\n{Output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _reader.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
        _limit.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }

            _lines.Writer.TryWrite(line);
        }

        if (ReferenceEquals(reader, _process.StandardOutput))
        {
            _lines.Writer.TryComplete();
        }
    }
}
