using GitOps.Integration.Tests.Crashes;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace GitOps.Integration.Tests;

/// <summary>
/// Runs the tests, or is one of the processes that the crash tests start and kill. Those are told apart here and not in a module
/// initializer, in which a thread that enters this assembly waits for the initializer, and the initializer for that thread.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(CrashChild.Variable) is { Length: > 0 } apply)
        {
            return await CrashChild.RunAsync(apply);
        }

        if (Environment.GetEnvironmentVariable(HostChild.Variable) is { Length: > 0 } host)
        {
            await HostChild.RunAsync(host);
            return 0;
        }

        return args.Any(static a => a is "-automated" or "@@")
            ? await ConsoleRunner.Run(args)
            : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }
}
