using System.Text.Json.Nodes;

namespace GitOps.Conformance.Tests.ServerSideApply;

/// <summary>Finds the recorded data, and compares answers of a server with recorded ones.</summary>
internal static class RecordedSequences
{
    private static readonly string[] TimeKeys = ["creationTimestamp", "deletionTimestamp", "time"];

    public static JsonArray? Load(string kind) =>
        RecordedData.Find($"conformance/{kind}") is { } folder ? JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "sequences.json")))!.AsArray() : null;

    /// <summary>Replaces what differs from run to run by tokens, in place.</summary>
    public static JsonNode? Tokenize(JsonNode? node, string key = "")
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var name in map.Select(static p => p.Key).ToArray())
                {
                    var value = map[name];
                    var token = Token(map, name, value, key);
                    if (token is not null)
                    {
                        map[name] = token;
                    }
                    else
                    {
                        Tokenize(value, name);
                    }
                }

                if (map["managedFields"] is JsonArray managed)
                {
                    var sorted = managed.Select(static m => m!.DeepClone()).OrderBy(static m => Canonical(m), StringComparer.Ordinal).ToArray();
                    map["managedFields"] = new JsonArray(sorted);
                }

                return map;
            case JsonArray list:
                foreach (var item in list)
                {
                    Tokenize(item, key);
                }

                return list;
            default:
                return node;
        }
    }

    /// <summary>A text that is equal for equal values, whatever the order of keys.</summary>
    public static string Canonical(JsonNode? node) => node switch
    {
        JsonObject map => "{" + string.Join(",", map.OrderBy(static p => p.Key, StringComparer.Ordinal).Select(static p => $"{JsonValue.Create(p.Key)!.ToJsonString()}:{Canonical(p.Value)}")) + "}",
        JsonArray list => "[" + string.Join(",", list.Select(Canonical)) + "]",
        null => "null",
        _ => node.ToJsonString(),
    };

    public static string[] CauseFields(JsonNode? status) =>
        status?["details"]?["causes"] is JsonArray causes ? [.. causes.Select(static c => c?["field"]?.GetValue<string>() ?? "").Distinct().Order(StringComparer.Ordinal)] : [];

    private static JsonNode? Token(JsonObject map, string name, JsonNode? value, string parent)
    {
        if (value is null)
        {
            return null;
        }

        var isString = value is JsonValue v && v.TryGetValue<string>(out _);
        switch (name)
        {
            case "uid" or "resourceVersion" or "continue" when isString && value.GetValue<string>().Length > 0 && parent is "metadata" or "ownerReferences" or "":
                return "{{" + name + "}}";
            case "clusterIP" when isString && value.GetValue<string>().StartsWith("10.", StringComparison.Ordinal):
                return "{{clusterIP}}";
            case "clusterIPs" when value is JsonArray { Count: > 0 } list && list[0]!.GetValue<string>().StartsWith("10.", StringComparison.Ordinal):
                return "{{clusterIPs}}";
            case "nodePort" or "healthCheckNodePort" when value is JsonValue:
                return "{{nodePort}}";
            case "name" when parent == "metadata" && map["generateName"] is not null:
                return "{{generated}}";
        }

        return isString && TimeKeys.Contains(name) ? "{{" + name + "}}" : null;
    }
}
