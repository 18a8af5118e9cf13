using GitOps.Integration.Tests.Crashes;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace GitOps.Integration.Tests;

/// <summary>
/// Runs the tests; or, when a test starts this assembly anew, is the process that the test kills. Not told apart in a module
/// initializer: there a thread that enters this assembly waits for the initializer, and the initializer for that thread.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) =>
        await CrashChild.RunIfAskedAsync() ?? await HostChild.RunIfAskedAsync() ?? await LeaderChild.RunIfAskedAsync() ?? await OwnerChild.RunIfAskedAsync()
        ?? (args.Any(a => a is "-automated" or "@@") ? await ConsoleRunner.Run(args) : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions));
}
