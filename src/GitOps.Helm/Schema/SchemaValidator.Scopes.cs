namespace GitOps.Helm.Schema;

/// <content>What is remembered on the way down.</content>
internal sealed partial class SchemaValidator
{
    /// <summary>The schemas entered so far; <paramref name="ValueId"/> changes when the value does.</summary>
    private sealed record Scope(SchemaNode Schema, int ValueId, Scope? Parent)
    {
        public bool IsCycle()
        {
            for (var scope = Parent; scope is not null && scope.ValueId == ValueId; scope = scope.Parent)
            {
                if (ReferenceEquals(scope.Schema, Schema))
                {
                    return true;
                }
            }

            return false;
        }

        public SchemaNode OutermostRecursive(SchemaNode fallback)
        {
            var found = fallback;
            for (var scope = this; scope is not null; scope = scope.Parent)
            {
                found = scope.Schema.Resource.RecursiveAnchor && scope.Schema.Resource.Root is not null ? scope.Schema : found;
            }

            return found;
        }

        public SchemaNode OutermostDynamic(string anchor, SchemaNode fallback)
        {
            var found = fallback;
            for (var scope = this; scope is not null; scope = scope.Parent)
            {
                found = scope.Schema.Resource.DynamicAnchors.GetValueOrDefault(anchor, found);
            }

            return found;
        }
    }

    /// <summary>The properties or items no keyword has looked at yet; kept only when some schema asks.</summary>
    private sealed class Unevaluated
    {
        public static Unevaluated None { get; } = new();

        public HashSet<string>? Properties { get; private init; }

        public HashSet<int>? Items { get; private init; }

        public bool IsEmpty => Properties is not { Count: > 0 } && Items is not { Count: > 0 };

        public static Unevaluated For(object? value, SchemaNode schema, bool wanted) => value switch
        {
            Dictionary<string, object?> map when wanted || schema.UnevaluatedProperties is not null => new Unevaluated { Properties = [.. map.Keys] },
            List<object?> list when wanted || schema.UnevaluatedItems is not null => new Unevaluated { Items = [.. Enumerable.Range(0, list.Count)] },
            _ => None,
        };

        public void IntersectWith(Unevaluated inner)
        {
            if (inner.Properties is { } properties)
            {
                Properties?.IntersectWith(properties);
            }

            if (inner.Items is { } items)
            {
                Items?.IntersectWith(items);
            }
        }
    }
}
