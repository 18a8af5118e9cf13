using GitOps;

namespace QuickStart;

internal static class UnitOptionsExtensions
{
    public static UnitOptions At(this UnitOptions unit, string path)
    {
        unit.Source = "fleet";
        unit.Path = path;
        unit.RetryInterval = TimeSpan.FromSeconds(1);
        return unit;
    }

    public static void After(this UnitOptions unit, string dependency) => unit.DependsOn.Add(dependency);
}
