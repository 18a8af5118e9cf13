using System.Security.Cryptography;
using CsCheck;

namespace GitOps.Git.Tests.Transports;

public sealed class SpoolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Read_WhateverWasWrittenInWhicheverParts_ComesOutAsItWentIn() =>
        Gen.Select(Gen.Int[1, 700_000], Gen.Int[1, 900_000]).Array[1, 12].Sample(
            steps =>
            {
                using var spool = new Spool();
                using var written = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                using var read = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                var buffer = new byte[900_000];
                long left = 0;
                foreach (var (write, take) in steps)
                {
                    var bytes = RandomNumberGenerator.GetBytes(write);
                    spool.Write(bytes);
                    written.AppendData(bytes);
                    left += write;
                    Take(take);
                }

                spool.Complete();
                Take(left);
                spool.Read(buffer, Token).Should().Be(0);
                read.GetHashAndReset().Should().Equal(written.GetHashAndReset());

                void Take(long wanted)
                {
                    for (wanted = Math.Min(wanted, left); wanted > 0;)
                    {
                        var count = spool.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, wanted)), Token);
                        read.AppendData(buffer.AsSpan(0, count));
                        wanted -= count;
                        left -= count;
                    }
                }
            },
            iter: 20);

    [Fact]
    public async Task Read_NothingThere_EndsWithCancellationCompletionAndDisposal()
    {
        foreach (var end in new Action<Spool, CancellationTokenSource>[] { (_, cancel) => cancel.Cancel(), (spool, _) => spool.Complete(), (spool, _) => spool.Dispose() })
        {
            using var spool = new Spool();
            using var cancel = new CancellationTokenSource();
            var reading = Task.Run(() => spool.Read(new byte[10], cancel.Token), Token);
            end(spool, cancel);

            (await reading.WaitAsync(TimeSpan.FromSeconds(60), Token)).Should().Be(0);
        }
    }

    [Fact]
    public void Write_AfterDisposal_IsDropped()
    {
        var spool = new Spool();
        spool.Write(new byte[Spool.MaxInMemory + 10]);
        spool.Dispose();

        spool.Write(new byte[10]);

        spool.Read(new byte[10], Token).Should().Be(0);
    }
}
