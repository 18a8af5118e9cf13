namespace GitOps.Testing;

/// <summary>Events, which two API groups serve with other field names. They are stored as core events.</summary>
internal sealed class EventStrategy : BuiltInStrategy
{
    private static readonly (string Core, string Events)[] Fields =
    [
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
    ];

    private readonly bool _core;

    public EventStrategy(string group, IReadOnlyDictionary<string, SchemaType> types, KindRules rules, TimeProvider time)
        : base(group, "Event", types, hasStatus: false, rules, null, time) => _core = group.Length == 0;

    public override MapNode Convert(MapNode root, string version) => _core || root.GetString("apiVersion") != "v1" ? root : Rename(root, "events.k8s.io/v1", toCore: false);

    public override MapNode ToStorage(MapNode root, string version) => _core || root.GetString("apiVersion") == "v1" ? root : Rename(root, "v1", toCore: true);

    private static MapNode Rename(MapNode root, string apiVersion, bool toCore)
    {
        var result = new MapNode(root.Count);
        foreach (var entry in root)
        {
            var key = entry.Key;
            foreach (var (core, events) in Fields)
            {
                if (key == (toCore ? events : core))
                {
                    key = toCore ? core : events;
                    break;
                }
            }

            result[key] = entry.Value;
        }

        result.Set("apiVersion", apiVersion);
        return ServerForm.Object(BuiltInSchema.Find(apiVersion, "Event")!, result);
    }
}
