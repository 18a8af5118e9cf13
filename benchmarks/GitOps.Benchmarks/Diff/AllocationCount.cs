using System.Diagnostics.Tracing;
using System.Globalization;
using GitOps.Schema;
using GitOps.TypedMerge;

namespace GitOps.Benchmarks.Diff;

/// <summary>How many objects one diff allocates, which the memory diagnoser does not tell.</summary>
/// <remarks>
/// The runtime samples allocations by bytes: an object of s bytes is seen with probability 1 - exp(-s / 100 KiB).
/// Each sample therefore stands for the inverse of that many objects, and over enough diffs the estimate settles within a few percent.
/// </remarks>
internal static class AllocationCount
{
    private const int Runs = 400_000;

    public static void Print()
    {
        var type = BuiltInSchema.Find("apps/v1", "Deployment")!;
        var live = TypedDiffBenchmarks.DeploymentText("nginx:1.25", 3, "");
        var image = TypedDiffBenchmarks.DeploymentText("nginx:1.26", 3, "");
        for (var i = 0; i < 2_000; i++)
        {
            JsonDiff.Compare(type, live, image);
        }

        using var listener = new SampleListener();
        var before = GC.GetAllocatedBytesForCurrentThread();
        listener.Start();
        for (var i = 0; i < Runs; i++)
        {
            JsonDiff.Compare(type, live, image);
        }

        listener.Stop();
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"one field: {listener.Estimate / Runs:F0} allocations, {bytes / Runs} bytes a diff ({listener.Samples} samples of {Runs} diffs)"));
    }

    private sealed class SampleListener : EventListener
    {
        private const EventKeywords AllocationSampling = (EventKeywords)0x80000000000;
        private const double MeanBytes = 100 * 1024;

        private readonly Lock _lock = new();
        private volatile bool _counting;

        public double Estimate { get; private set; }

        public int Samples { get; private set; }

        public void Start() => _counting = true;

        public void Stop()
        {
            // Events travel on a thread of their own, a little behind.
            Thread.Sleep(TimeSpan.FromSeconds(2));
            _counting = false;
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
            {
                EnableEvents(eventSource, EventLevel.Informational, AllocationSampling);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (!_counting || eventData.EventName != "AllocationSampled" || eventData.PayloadNames?.IndexOf("ObjectSize") is not { } index || index < 0)
            {
                return;
            }

            var size = Convert.ToDouble(eventData.Payload![index], CultureInfo.InvariantCulture);
            lock (_lock)
            {
                Estimate += 1 / (1 - Math.Exp(-size / MeanBytes));
                Samples++;
            }
        }
    }
}
