using GitOps.Integration.Tests.Crashes;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace GitOps.Integration.Tests;

/// <summary>Runs the tests; or, when a test starts this assembly anew, the process that the test kills.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) =>
        await CrashChild.RunIfAskedAsync() ?? await HostChild.RunIfAskedAsync()
        ?? (args.Any(a => a is "-automated" or "@@") ? await ConsoleRunner.Run(args) : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions));
}
