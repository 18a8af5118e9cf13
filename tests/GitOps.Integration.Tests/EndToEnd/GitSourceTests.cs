using GitOps.Git;
using GitOps.Git.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>What a Git source refuses or cannot hand out, as the units that follow it tell it.</summary>
public sealed class GitSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-source-").FullName;
    private readonly BareGitRepository _repository;

    public GitSourceTests() => _repository = BareGitRepository.Create(Path.Combine(_folder, "srv", "signed.git"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _repository.Dispose();
        Fleet.Remove(_folder);
    }

    [Fact]
    public async Task UnsignedCommit_IsRefusedAndToldOnce_LastGoodStaysAndASignedOneRecovers()
    {
        var signer = Signer();
        var good = await CommitAsync("1", signer);
        await using var fleet = await FleetAsync(s => s.Verification = new GitVerification { SshKeys = { GitSecret.FromFile(Path.Combine(_folder, "alice.pub")) } });
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps", good);

        var bad = await CommitAsync("2", null);
        var source = await fleet.Engine.PollSourceAsync("signed", Token);

        source.Ready!.Status.Should().Be(ConditionStatus.False);
        source.Ready.Reason.Should().Be(Reasons.VerificationFailed);
        source.Ready.Message.Should().Contain("not signed").And.Contain(bad.ToString());
        var told = await fleet.EventAsync(e => e.Reason == Reasons.VerificationFailed);
        told.Message.Should().Contain("not signed");
        fleet.Engine.GetUnit("apps").LastAppliedRevision!.Digest.Should().Be(good.Digest);
        (await ValueAsync(fleet)).Should().Be("1", "what was refused is not applied");

        await fleet.Engine.PollSourceAsync("signed", Token);
        fleet.Events.Count(e => e.Reason == Reasons.VerificationFailed && e.Source == "signed").Should().Be(1, "the same refusal is told once");

        var next = await CommitAsync("3", signer);
        await fleet.Engine.PollSourceAsync("signed", Token);
        await fleet.ReadyAsync("apps", next);
        (await ValueAsync(fleet)).Should().Be("3");
    }

    [Fact]
    public async Task LfsPointerAmongTheManifests_UnitNamesTheFile()
    {
        await CommitAsync("1", null);
        await using var fleet = await FleetAsync(_ => { });
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");

        await _repository.CommitAsync("large", GitFileChange.Write("b.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"));
        await fleet.Engine.PollSourceAsync("signed", Token);
        var failed = await fleet.FailedAsync("apps");

        failed.Condition(ConditionTypes.Ready)!.Reason.Should().Be(GitReasons.LfsPointer);
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("b.yaml").And.Contain("LFS");
        (await ValueAsync(fleet)).Should().Be("1");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task SlowServer_TimesOutWithItsAddress_HoldsNobodyUp_AndConvergesOnceItAnswers(string slowMethod)
    {
        await CommitAsync("1", null);
        await using var server = await GitHttpServer.StartAsync(Path.Combine(_folder, "srv"));
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Intercept = async context =>
        {
            if (context.Request.Method == slowMethod)
            {
                await answers.Task.WaitAsync(context.RequestAborted);
            }

            return false;
        };
        await using var fleet = await Fleet.CreateAsync(
            g => g
                .AddGitSource("slow", s =>
                {
                    Follow(s, $"{server.Url}/signed.git");
                    s.Timeout = TimeSpan.FromSeconds(1);
                })
                .AddManifests("late", u => u.Source = "slow")
                .AddManifests("apps", Fleet.At(".")),
            null,
            Fleet.ConfigMap("x.yaml", "x"));
        await fleet.StartAsync();

        await fleet.ReadyAsync("apps");
        var failed = await fleet.FailedAsync("late");

        failed.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.Timeout);
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("'slow'").And.Contain(server.Url);
        (await ValueAsync(fleet)).Should().BeNull();

        answers.SetResult();
        await fleet.Engine.PollSourceAsync("slow", Token);
        await fleet.ReadyAsync("late");
        (await ValueAsync(fleet)).Should().Be("1");
    }

    [Fact]
    public async Task ManyUnits_OneSource_AskTheServerOnce()
    {
        var units = Enumerable.Range(0, 30).Select(i => $"apps{i}").ToList();
        ValueTask<Revision> CommitAllAsync(string value) => _repository.CommitAsync(value, units.Select(u => Fleet.ConfigMap($"{u}/a.yaml", u, value)));
        var first = await CommitAllAsync("1");
        await using var server = await GitHttpServer.StartAsync(Path.Combine(_folder, "srv"));
        await using var fleet = await Fleet.CreateAsync(
            g =>
            {
                g.AddGitSource("signed", s => Follow(s, $"{server.Url}/signed.git"));
                foreach (var unit in units)
                {
                    g.AddManifests(unit, u => (u.Source, u.Path) = ("signed", unit));
                }
            },
            null,
            Fleet.ConfigMap("x.yaml", "x"));
        await fleet.StartAsync();
        foreach (var unit in units)
        {
            await fleet.ReadyAsync(unit, first);
        }

        var (advertisements, posts) = (server.Advertisements, server.Posts);
        var second = await CommitAllAsync("2");
        await fleet.Engine.PollSourceAsync("signed", Token);
        foreach (var unit in units)
        {
            await fleet.ReadyAsync(unit, second);
        }

        (advertisements, posts).Should().Be((1, 1), "all units see through one look and one fetch");
        (server.Advertisements - advertisements, server.Posts - posts).Should().Be((1, 1));
    }

    private static async Task<string?> ValueAsync(Fleet fleet) => (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/a"))?["data"]?["a"]?.GetValue<string>();

    private SshSigner Signer()
    {
        Assert.SkipUnless(Tools.HasSshKeygen, "ssh-keygen is not installed");
        SshServer.Keygen(_folder, "alice", "ed25519");
        return new SshSigner(GitSecret.FromFile(Path.Combine(_folder, "alice")));
    }

    private ValueTask<Revision> CommitAsync(string value, IGitSigner? signer) =>
        _repository.CommitAsync(new GitCommit { Message = value, Changes = [Fleet.ConfigMap("a.yaml", "a", value)], Signer = signer }, Token);

    private void Follow(GitSourceOptions source, string url)
    {
        source.Url = url;
        source.Interval = TimeSpan.FromHours(1);
        source.CacheDirectory = Path.Combine(_folder, "cache");
    }

    private Task<Fleet> FleetAsync(Action<GitSourceOptions> configure) => Fleet.CreateAsync(
        g => g
            .AddGitSource("signed", s =>
            {
                Follow(s, _repository.Url);
                configure(s);
            })
            .AddManifests("apps", u => u.Source = "signed"),
        null,
        Fleet.ConfigMap("x.yaml", "x"));
}
