using System.Security.Cryptography;
using System.Text;

namespace GitOps.Kubernetes.Applying;

/// <summary>Who owns an object: a unit and the namespace of its inventory, as both stand in the object's labels.</summary>
internal readonly record struct Owner(string Unit, string Namespace)
{
    /// <summary>The owner labels of a unit. A name that is no label value is replaced by a readable part and a hash.</summary>
    public static Owner Of(string unitName, string inventoryNamespace) => new(LabelValue(unitName), inventoryNamespace);

    /// <summary>The owner that an object's labels name; <see langword="null"/> when there is none.</summary>
    public static Owner? Read(MapNode live)
    {
        var labels = live.GetMap("metadata")?.GetMap("labels");
        return labels?.GetString(Keys.Unit) is { } unit ? new Owner(unit, labels.GetString(Keys.Namespace) ?? "") : null;
    }

    /// <summary>The selector for all objects of the owner.</summary>
    public string Selector => $"{Keys.Unit}={Unit},{Keys.Namespace}={Namespace}";

    public void Write(MapNode root)
    {
        var labels = root.GetOrAddMap("metadata").GetOrAddMap("labels");
        labels.Set(Keys.Unit, Unit);
        labels.Set(Keys.Namespace, Namespace);
    }

    public override string ToString() => $"unit {Unit} (inventory in namespace {Namespace})";

    /// <summary>A valid label value that stands for a name.</summary>
    public static string LabelValue(string name)
    {
        if (name.Length is > 0 and <= 63 && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1])
            && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            return name;
        }

        var readable = new string([.. name.Where(char.IsAsciiLetterOrDigit).Take(40)]);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8));
        return readable.Length == 0 ? $"u-{hash}" : $"{readable}-{hash}";
    }
}
