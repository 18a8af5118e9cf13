using System.Security.Cryptography;
using GitOps.Helm.Functions;

namespace GitOps.Helm.Tests.Functions;

public sealed class KeySupplyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Take_ByManyAtOnce_HandsEachKeyOutOnce(int cores)
    {
        var supply = new KeySupply<object>(static () => new object(), cores);

        var keys = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(supply.Take, TestContext.Current.CancellationToken)));

        keys.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Prepare_BeforeTheFirst_MakesTheKeyOnAnotherThread()
    {
        var made = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var supply = new KeySupply<object>(
            () =>
            {
                made.TrySetResult(Thread.CurrentThread.IsBackground);
                return new object();
            },
            cores: 2);

        supply.Prepare();

        var isBackground = await made.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        isBackground.Should().BeTrue("a process must not wait for keys that nobody takes");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Take_WhenKeysCannotBeMade_Throws(int cores)
    {
        var supply = new KeySupply<object>(static () => throw new CryptographicException("no provider"), cores);

        supply.Invoking(s => s.Take()).Should().Throw<CryptographicException>().WithMessage("no provider");
        supply.Invoking(s => s.Take()).Should().Throw<CryptographicException>("a failure leaves nothing behind that waits");
    }

    [Fact]
    public void Take_OneCore_MakesNothingBeforehand()
    {
        var made = 0;
        var supply = new KeySupply<object>(() => ++made, cores: 1);

        supply.Prepare();
        supply.Take();

        made.Should().Be(1);
    }
}
