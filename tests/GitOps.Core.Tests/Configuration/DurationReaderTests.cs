using CsCheck;
using GitOps.Configuration;

namespace GitOps.Core.Tests.Configuration;

public sealed class DurationReaderTests
{
    [Theory]
    [InlineData("30s", "00:00:30")]
    [InlineData("5m", "00:05:00")]
    [InlineData("1h30m", "01:30:00")]
    [InlineData("1.5h", "01:30:00")]
    [InlineData("500ms", "00:00:00.5000000")]
    [InlineData("1m30s500ms", "00:01:30.5000000")]
    [InlineData("-5m", "-00:05:00")]
    [InlineData("0", "00:00:00")]
    [InlineData(" 10m ", "00:10:00")]
    [InlineData("00:05:00", "00:05:00")]
    [InlineData("1.02:00:00", "1.02:00:00")]
    public void TryRead_Duration_IsRead(string text, string expected)
    {
        DurationReader.TryRead(text, out var duration).Should().BeTrue();

        duration.ToString("c").Should().Be(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("1.5")]
    [InlineData("m")]
    [InlineData("-")]
    [InlineData("5 minutes")]
    [InlineData("1d")]
    [InlineData("5M")]
    [InlineData("1.2.3s")]
    [InlineData(".s")]
    [InlineData("25:00")]
    [InlineData("99999999999999h")]
    [InlineData("1e3s")]
    public void TryRead_SomethingElse_IsRefused(string text) => DurationReader.TryRead(text, out _).Should().BeFalse();

    [Fact]
    public void TryRead_AnyTimeSpan_ComesBack() =>
        Gen.Int[0, int.MaxValue].Sample(milliseconds =>
        {
            var duration = TimeSpan.FromMilliseconds(milliseconds);
            DurationReader.TryRead($"{duration:c}", out var fromTimeSpan).Should().BeTrue();
            DurationReader.TryRead($"{(int)duration.TotalHours}h{duration.Minutes}m{duration.Seconds}s{duration.Milliseconds}ms", out var fromUnits).Should().BeTrue();
            fromTimeSpan.Should().Be(duration);
            fromUnits.Should().BeCloseTo(duration, TimeSpan.FromTicks(100));
        });

    [Fact]
    public void TryRead_AnyText_DoesNotThrow() => Gen.String[Gen.Char["0123456789.:-hms "], 0, 20].Sample(text => { DurationReader.TryRead(text, out _); });
}
