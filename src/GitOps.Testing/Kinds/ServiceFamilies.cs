using System.Globalization;
using static GitOps.Testing.PodDefaults;

namespace GitOps.Testing;

/// <summary>The IP families of Services, on a cluster that hands out IPv4 addresses only.</summary>
internal static class ServiceFamilies
{
    private const string Required = "RequireDualStack";

    /// <summary>Whether there are addresses of the family that comes first.</summary>
    public static bool CanAllocate(MapNode spec) => spec.GetList("ipFamilies") is not { Count: > 0 } families || (families[0] as ScalarNode)?.Text == "IPv4";

    /// <summary>Fills in what a request left open.</summary>
    public static void Complete(MapNode spec)
    {
        var dual = WithoutBackend(spec);
        Default(spec, "ipFamilyPolicy", dual ? Required : "SingleStack");
        var families = spec.GetList("ipFamilies") is { Count: > 0 } given ? given : new ListNode([ScalarNode.String(Family(spec.GetString("clusterIP")!))]);
        if (dual && families.Count == 1 && spec.GetString("ipFamilyPolicy") != "SingleStack")
        {
            // Nobody hands out an address here, so a cluster with one family promises both.
            families = new ListNode([families[0], ScalarNode.String((families[0] as ScalarNode)?.Text == "IPv4" ? "IPv6" : "IPv4")]);
        }

        spec["ipFamilies"] = families;
    }

    public static void Validate(Check spec)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (family, path) in spec.Texts("ipFamilies"))
        {
            if (family is not ("IPv4" or "IPv6"))
            {
                spec.Add(FieldError.NotSupported(path, family, ["IPv4", "IPv6"]));
            }
            else if (!seen.Add(family))
            {
                spec.Add(FieldError.Duplicate(path, ScalarNode.String(family)));
            }
        }

        spec.OneOf("ipFamilyPolicy", "SingleStack", "PreferDualStack", Required);
        foreach (var field in (ReadOnlySpan<string>)["ipFamilies", "clusterIPs"])
        {
            if (spec.Count(field) > 2)
            {
                spec.Invalid(field, "may only hold up to 2 values");
            }
        }

        Match(spec);
        if (spec.Errors.Count == 0)
        {
            Offered(spec);
        }
    }

    // Each address must be of the family that stands at its place.
    private static void Match(Check spec)
    {
        if (spec.Texts("clusterIPs").FirstOrDefault().Text is { } first && first != spec.Text("clusterIP"))
        {
            spec.Invalid("clusterIPs", spec.Text("clusterIP").Length == 0 ? "must be empty when `clusterIP` is not specified" : "first value must match `clusterIP`");
        }

        var families = spec.Texts("ipFamilies").Select(static f => f.Text).ToArray();
        var index = 0;
        foreach (var (address, path) in spec.Texts("clusterIPs"))
        {
            if (index < families.Length && address is not ("None" or "") && families[index] is "IPv4" or "IPv6" && families[index] != Family(address))
            {
                spec.Add(FieldError.Invalid(path, address, string.Create(CultureInfo.InvariantCulture, $"expected an {families[index]} value as indicated by `ipFamilies[{index}]`")));
            }

            index++;
        }
    }

    private static void Offered(Check spec)
    {
        var policy = spec.Text("ipFamilyPolicy");
        if (policy is "SingleStack" or "")
        {
            foreach (var (field, what) in (ReadOnlySpan<(string, string)>)[("clusterIPs", "cluster IPs"), ("ipFamilies", "IP families")])
            {
                if (spec.Count(field) == 2 && (policy.Length > 0 || !WithoutBackend(spec.Map)))
                {
                    spec.Invalid("ipFamilyPolicy", $"must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified");
                }
            }
        }

        if (spec.Errors.Count > 0 || WithoutBackend(spec.Map))
        {
            return;
        }

        if (policy == Required)
        {
            spec.Invalid("ipFamilyPolicy", "this cluster is not configured for dual-stack services");
        }

        foreach (var (family, path) in spec.Texts("ipFamilies"))
        {
            if (family != "IPv4")
            {
                spec.Add(FieldError.Invalid(path, family, "not configured on this cluster"));
            }
        }
    }

    // Headless, and nothing chosen behind it.
    private static bool WithoutBackend(MapNode spec) => spec.GetString("clusterIP") == "None" && spec.GetMap("selector") is not { Count: > 0 };

    private static string Family(string address) => address.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4";
}
