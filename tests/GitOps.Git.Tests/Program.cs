using GitOps.Git.Tests.Faults;

namespace GitOps.Git.Tests;

/// <summary>Runs the tests, or a host that a test kills or measures.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(Victim.Variable) is { Length: > 0 } arguments)
        {
            await Victim.RunAsync(arguments);
            return 0;
        }

        if (Environment.GetEnvironmentVariable(MemoryProbe.Variable) is { Length: > 0 } settings)
        {
            await MemoryProbe.RunAsync(settings);
            return 0;
        }

        return args.Contains("-automated") || args.Contains("@@")
            ? await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
            : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }
}
