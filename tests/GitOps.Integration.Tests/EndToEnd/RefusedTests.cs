using GitOps.Git;
using GitOps.Git.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>Somebody says no, or says nothing: the source, the cluster, the rules of the cluster. The next run converges.</summary>
public sealed class RefusedTests
{
    [Fact]
    public async Task ClusterIsDown_UnitSaysSoAndConvergesWhenItIsBack()
    {
        await using var fleet = await Fleet.CreateAsync(g => g.AddManifests("apps", Fleet.At("apps")), null, Fleet.ConfigMap("apps/a.yaml", "a"), Fleet.ConfigMap("apps/b.yaml", "b"));
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");

        using (fleet.Cluster.Faults.Fail(503))
        {
            await fleet.CommitAsync("Change", Fleet.ConfigMap("apps/a.yaml", "a", "2"), GitFileChange.Delete("apps/b.yaml"));
            var failed = await fleet.FailedAsync("apps");
            failed.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.ClusterUnavailable);
            failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("not ready");
        }

        await fleet.ReadyAsync("apps");
        (await fleet.ValueAsync("a")).Should().Be("2");
        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/b")).Should().BeNull("nothing is orphaned");
    }

    [Fact]
    public async Task ObjectMayNotBeWritten_NamesObjectAndVerb_AndConvergesWhenAllowed()
    {
        await using var fleet = await Fleet.CreateAsync(g => g.AddManifests("apps", Fleet.At("apps")), null, Fleet.ConfigMap("apps/a.yaml", "a"), Fleet.ConfigMap("apps/b.yaml", "b"));
        using (fleet.Cluster.Faults.Fail(403, match: request => request.Name == "b"))
        {
            await fleet.StartAsync();
            var failed = await fleet.FailedAsync("apps");

            failed.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.Forbidden);
            failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("ConfigMap/default/b");
            (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/a")).Should().BeNull("the whole set is tried before the first write");
        }

        await fleet.ReadyAsync("apps");
        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/b")).Should().NotBeNull();
    }

    [Fact]
    public async Task WrongCredentials_AreToldWithoutThePassword_AndConvergeWhenTheyAreRight()
    {
        var folder = Directory.CreateTempSubdirectory("gitops-refused-").FullName;
        try
        {
            using var repository = BareGitRepository.Create(Path.Combine(folder, "private.git"));
            await repository.CommitAsync("First", Fleet.ConfigMap("a.yaml", "a"));
            await using var server = await GitHttpServer.StartAsync(folder);
            server.Authorization = "Basic " + Convert.ToBase64String("ada:another-secret"u8);
            await using var fleet = await Fleet.CreateAsync(
                g => g
                    .AddGitSource("private", s =>
                    {
                        s.Url = $"{server.Url}/private.git";
                        s.Reference.Branch = "main";
                        s.CacheDirectory = Path.Combine(folder, "cache");
                        s.Credentials.Username = "ada";
                        s.Credentials.Password = "hunter2-secret";
                    })
                    .AddManifests("apps", u => u.Source = "private"),
                null,
                Fleet.ConfigMap("x.yaml", "x"));
            await fleet.StartAsync();

            var failed = await fleet.FailedAsync("apps");

            var source = fleet.Engine.GetSources().Single(s => s.Name == "private");
            source.Ready!.Reason.Should().Be(Reasons.AuthenticationFailed);
            failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("'private'").And.NotContain("hunter2");

            server.Authorization = "Basic " + Convert.ToBase64String("ada:hunter2-secret"u8);
            await fleet.ReadyAsync("apps");
            (await fleet.ValueAsync("a")).Should().Be("1");

            // Once it served something, a refusal leaves the last good revision standing.
            server.Authorization = "Basic " + Convert.ToBase64String("ada:another-secret"u8);
            await repository.CommitAsync("Second", Fleet.ConfigMap("a.yaml", "a", "2"));
            var refused = await fleet.Engine.PollSourceAsync("private", TestContext.Current.CancellationToken);
            refused.Ready!.Message.Should().Contain("Still serving main@sha1:");
            fleet.Engine.GetUnit("apps").IsReady.Should().BeTrue();
            fleet.Events.Should().OnlyContain(e => !e.Message.Contains("hunter2", StringComparison.Ordinal));
        }
        finally
        {
            Fleet.Remove(folder);
        }
    }
}
