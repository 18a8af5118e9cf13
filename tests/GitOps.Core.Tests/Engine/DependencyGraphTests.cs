using CsCheck;
using GitOps.Engine;

namespace GitOps.Core.Tests.Engine;

public sealed class DependencyGraphTests
{
    [Fact]
    public void FindCycles_AcyclicGraph_FindsNone() => Gen.Int[1, 30].SelectMany(n => Gen.Bool.Array[n * n].Select(bits => Graph(n, (i, j) => j < i && bits[(i * n) + j])))
        .Sample(graph =>
        {
            DependencyGraph.FindCycles(graph).Should().BeEmpty();
            var order = DependencyGraph.Sort(graph).ToList();
            order.Should().HaveCount(graph.Count);
            foreach (var (name, dependencies) in graph)
            {
                foreach (var dependency in dependencies)
                {
                    order.IndexOf(dependency).Should().BeLessThan(order.IndexOf(name));
                }
            }
        });

    [Fact]
    public void FindCycles_Ring_FindsItOnceWithAllNames() => Gen.Int[1, 40].Sample(n =>
    {
        var cycle = DependencyGraph.FindCycles(Graph(n, (i, j) => j == (i + 1) % n)).Should().ContainSingle().Subject;
        cycle.Should().HaveCount(n + 1);
        cycle[0].Should().Be(cycle[^1]);
    });

    [Fact]
    public void FindCycles_ChainOfTenThousand_DoesNotOverflow()
    {
        const int n = 10_000;
        var graph = Enumerable.Range(0, n).ToDictionary(i => $"u{i}", IReadOnlyList<string> (i) => i + 1 < n ? [$"u{i + 1}"] : []);

        DependencyGraph.FindCycles(graph).Should().BeEmpty();
        DependencyGraph.Sort(graph)[0].Should().Be($"u{n - 1}");
    }

    private static Dictionary<string, IReadOnlyList<string>> Graph(int n, Func<int, int, bool> edge) =>
        Enumerable.Range(0, n).ToDictionary(i => $"u{i}", IReadOnlyList<string> (i) => [.. Enumerable.Range(0, n).Where(j => edge(i, j)).Select(j => $"u{j}")]);
}
