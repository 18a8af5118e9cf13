using System.Text;

namespace GitOps.Testing.Tests;

public sealed class ProtobufBodyTests
{
    [Fact]
    public void Read_ConfigMap_HasItsFields()
    {
        var root = ProtobufBody.Read(ConfigMap());

        root.GetString("kind").Should().Be("ConfigMap");
        root.GetMap("metadata")!.GetString("name").Should().Be("a");
        root.GetMap("data")!.GetString("k").Should().Be("v");
    }

    [Fact]
    public void Read_CutAnywhere_IsRefusedOrReadButNeverCrashes()
    {
        var whole = ConfigMap();
        for (var length = 0; length < whole.Length; length++)
        {
            try
            {
                ProtobufBody.Read(whole.AsSpan(0, length)).Should().NotBeNull();
            }
            catch (ApiException e)
            {
                e.Status.Code.Should().Be(400);
            }
        }
    }

    private static byte[] ConfigMap()
    {
        byte[] type = [.. Field(1, "v1"u8), .. Field(2, "ConfigMap"u8)];
        byte[] raw = [.. Field(1, Field(1, "a"u8)), .. Field(2, [.. Field(1, "k"u8), .. Field(2, "v"u8)])];
        return [.. Encoding.Latin1.GetBytes("k8s\0"), .. Field(1, type), .. Field(2, raw)];
    }

    private static byte[] Field(int number, ReadOnlySpan<byte> content) => [(byte)((number << 3) | 2), (byte)content.Length, .. content];
}
