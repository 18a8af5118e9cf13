using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using GitOps.Json;

namespace GitOps.Testing;

internal sealed partial class ResourceHandler
{
    private static ListQuery ReadListQuery(RequestContext request, ResourceDefinition definition, ResourceVersion version)
    {
        LabelSelector labels;
        FieldSelector fields;
        try
        {
            labels = LabelSelector.Parse(request.Query("labelSelector"));
        }
        catch (FormatException e)
        {
            throw ApiException.BadRequest(e.Message);
        }

        try
        {
            fields = FieldSelector.Parse(request.Query("fieldSelector"), path => definition.Strategy.SupportsField(version.Name, path));
        }
        catch (FormatException e)
        {
            throw ApiException.BadRequest(e.Message);
        }

        if (request.Info.Name.Length > 0)
        {
            fields = FieldSelector.Parse($"metadata.name={request.Info.Name}", static _ => true);
        }

        return new ListQuery(labels, fields);
    }

    private async Task ListAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version)
    {
        var query = ReadListQuery(request, definition, version);
        CheckListOptions(request);
        CheckMinimumRevision(request);
        var limit = ReadLimit(request);
        if (request.Query("timeoutSeconds") is { Length: > 0 } timeout && !long.TryParse(timeout, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            throw ApiException.BadRequest($"strconv.ParseInt: parsing \"{timeout}\": invalid syntax");
        }

        if (request.Query("resourceVersion") == "0")
        {
            // Whoever takes any state is served from memory, and that in one piece.
            limit = null;
        }

        if (request.Query("resourceVersion") is { Length: > 0 } wanted && !long.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw ApiException.BadRequest($"invalid resource version: resourceVersion: Invalid value: \"{wanted}\": strconv.ParseUint: parsing \"{wanted}\": invalid syntax");
        }

        ArraySegment<StoredObject> items;
        long revision;
        if (request.Query("continue") is { Length: > 0 } token)
        {
            if (request.Query("resourceVersion") is not (null or "" or "0"))
            {
                throw ApiException.BadRequest("specifying resource version is not allowed when using continue");
            }

            (items, revision) = _state.Pages.Continue(token);
        }
        else
        {
            items = definition.Store.List(request.Info.Namespace, out revision);
            if (!query.IsEverything)
            {
                items = items.Where(o => query.Matches(o.Root)).ToArray();
            }
        }

        string? next = null;
        int? remaining = null;
        if (limit is > 0 && items.Count > limit)
        {
            next = _state.Pages.Keep(items[limit.Value..], revision);
            remaining = query.IsEverything ? items.Count - limit : null;
            items = items[..limit.Value];
        }

        await WriteListAsync(request, definition, version, items, revision, next, remaining).ConfigureAwait(false);
    }

    private static int? ReadLimit(RequestContext request)
    {
        if (request.Query("limit") is not { Length: > 0 } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiException.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax");
    }

    private static void CheckListOptions(RequestContext request)
    {
        var errors = new List<FieldError>();
        var revision = request.Query("resourceVersion");
        if (request.Query("resourceVersionMatch") is { Length: > 0 } match)
        {
            const string field = "resourceVersionMatch";
            if (string.IsNullOrEmpty(revision))
            {
                errors.Add(FieldError.Forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
            }

            if (!string.IsNullOrEmpty(request.Query("continue")))
            {
                errors.Add(FieldError.Forbidden(field, "resourceVersionMatch is forbidden when continue is provided"));
            }

            if (match is not ("Exact" or "NotOlderThan"))
            {
                errors.Add(FieldError.NotSupported(field, match, ["Exact", "NotOlderThan", ""]));
            }

            if (match == "Exact" && revision == "0")
            {
                errors.Add(FieldError.Forbidden(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
            }
        }

        if (request.Query("sendInitialEvents") is not null)
        {
            errors.Add(FieldError.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }

        if (errors.Count > 0)
        {
            throw ApiException.Invalid("meta.k8s.io", "ListOptions", "", errors);
        }
    }

    private static void CheckWatchOptions(RequestContext request)
    {
        var errors = new List<FieldError>();
        var match = request.Query("resourceVersionMatch") ?? "";
        var initial = request.Query("sendInitialEvents") is not null;
        if (initial && match != "NotOlderThan")
        {
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }

        if (match.Length > 0)
        {
            if (!initial)
            {
                errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
            }

            if (match != "NotOlderThan")
            {
                errors.Add(FieldError.NotSupported("resourceVersionMatch", match, ["NotOlderThan"]));
            }
        }

        if (errors.Count > 0)
        {
            throw ApiException.Invalid("meta.k8s.io", "ListOptions", "", errors);
        }
    }

    private async Task WatchAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version)
    {
        var query = ReadListQuery(request, definition, version);
        CheckWatchOptions(request);
        var ns = request.Info.Namespace;
        long? since = null;
        var text = request.Query("resourceVersion");
        var sendInitial = request.Flag("sendInitialEvents");
        if (!string.IsNullOrEmpty(text) && text != "0" && !sendInitial)
        {
            since = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw ApiException.Invalid(definition.Group, definition.Plural, "", [FieldError.Invalid("resourceVersion", text, $"strconv.ParseUint: parsing \"{text}\": invalid syntax")]);
        }

        var bookmarks = request.Flag("allowWatchBookmarks");
        TimeSpan timeout = TimeSpan.FromMinutes(30 + Random.Shared.Next(30));
        if (int.TryParse(request.Query("timeoutSeconds"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0)
        {
            timeout = TimeSpan.FromSeconds(seconds);
        }

        var view = ViewOf(request);
        request.Prepare(200, "application/json");
        await request.Http.Response.StartAsync(request.Aborted).ConfigureAwait(false);
        var writer = new EventWriter(request, definition, version, view);
        Channel<Change> channel;
        StoredObject[] initial;
        long revision;
        try
        {
            channel = definition.Store.Watch(since, out initial, out revision);
        }
        catch (ApiException e)
        {
            // An expired revision is told inside the stream: its headers are out already on a real server too.
            await writer.WriteErrorAsync(e.Status).ConfigureAwait(false);
            return;
        }

        using var deadline = _state.Faults.Watch(timeout, request.Aborted);
        try
        {
            Array.Sort(initial, static (a, b) => string.CompareOrdinal(a.Namespace + "/" + a.Name, b.Namespace + "/" + b.Name));
            foreach (var item in initial)
            {
                if ((ns.Length == 0 || item.Namespace == ns) && query.Matches(item.Root))
                {
                    await writer.WriteAsync("ADDED", item.Root, item).ConfigureAwait(false);
                }
            }

            if (sendInitial && bookmarks)
            {
                await writer.WriteBookmarkAsync(revision, initialEventsEnd: true).ConfigureAwait(false);
            }

            // Headers and initial events have to reach the client before the first change does.
            await request.Http.Response.BodyWriter.FlushAsync(request.Aborted).ConfigureAwait(false);
            await PumpAsync(channel, writer, query, ns, bookmarks, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The client left, the timeout passed, or a fault cut the watch: the stream just ends.
        }
        finally
        {
            definition.Store.Unwatch(channel);
        }
    }

    private async Task PumpAsync(Channel<Change> channel, EventWriter writer, ListQuery query, string ns, bool bookmarks, CancellationToken cancellationToken)
    {
        using var timer = bookmarks ? new PeriodicTimer(_state.BookmarkInterval, _state.Time) : null;
        var tick = timer?.WaitForNextTickAsync(cancellationToken).AsTask();
        while (true)
        {
            var ready = channel.Reader.WaitToReadAsync(cancellationToken).AsTask();
            while (tick is not null && await Task.WhenAny(ready, tick).ConfigureAwait(false) == tick)
            {
                await tick.ConfigureAwait(false);
                await writer.WriteBookmarkAsync(_state.Clock.Current, initialEventsEnd: false).ConfigureAwait(false);
                await writer.FlushAsync().ConfigureAwait(false);
                tick = timer!.WaitForNextTickAsync(cancellationToken).AsTask();
            }

            if (!await ready.ConfigureAwait(false))
            {
                return;
            }

            while (channel.Reader.TryRead(out var change))
            {
                if (ns.Length > 0 && change.Object.Namespace != ns)
                {
                    continue;
                }

                var now = change.Kind != ChangeKind.Deleted && query.Matches(change.Object.Root);
                var before = change.Previous is not null && query.Matches(change.Previous.Root);
                switch (now, before)
                {
                    case (true, false):
                        await writer.WriteAsync("ADDED", change.Object.Root, change.Object).ConfigureAwait(false);
                        break;
                    case (true, true):
                        await writer.WriteAsync("MODIFIED", change.Object.Root, change.Object).ConfigureAwait(false);
                        break;
                    case (false, true):
                        // What leaves the selection is shown as it was last seen, at the revision that took it away.
                        var last = ObjectMeta.WithResourceVersion(change.Previous!.Root, change.Revision);
                        await writer.WriteAsync("DELETED", last, null).ConfigureAwait(false);
                        break;
                }
            }

            await writer.FlushAsync().ConfigureAwait(false);
        }
    }

    private static async Task WriteObjectAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version, int code, MapNode root, StoredObject? stored)
    {
        var view = ViewOf(request);
        switch (view)
        {
            case View.Metadata:
                await request.WriteAsync(code, PartialMetadata(root)).ConfigureAwait(false);
                return;
            case View.Table:
                await request.WriteAsync(code, Tables.Make(definition, version, [root], null, request)).ConfigureAwait(false);
                return;
        }

        var versioned = definition.Strategy.Convert(root, version.Name);
        if (stored is not null && ReferenceEquals(versioned, stored.Root))
        {
            await request.WriteAsync(code, stored.Json).ConfigureAwait(false);
        }
        else
        {
            await request.WriteAsync(code, versioned).ConfigureAwait(false);
        }
    }

    private static async Task WriteListAsync(
        RequestContext request, ResourceDefinition definition, ResourceVersion version, IReadOnlyList<StoredObject> items, long revision, string? next, int? remaining)
    {
        var view = ViewOf(request);
        var metadata = new MapNode(3);
        metadata.Set("resourceVersion", revision.ToString(CultureInfo.InvariantCulture));
        if (next is not null || (definition.IsCustom && view == View.Object))
        {
            // Lists of custom resources have the field even when nothing follows.
            metadata.Set("continue", next ?? "");
        }

        if (remaining is { } rest)
        {
            metadata["remainingItemCount"] = ScalarNode.Integer(rest);
        }

        if (view == View.Table)
        {
            var table = Tables.Make(definition, version, items.Select(i => definition.Strategy.Convert(i.Root, version.Name)), metadata, request);
            await request.WriteAsync(200, table).ConfigureAwait(false);
            return;
        }

        request.Prepare(200);
        var output = request.Http.Response.BodyWriter;
        using (var writer = new Utf8JsonWriter((IBufferWriter<byte>)output, new JsonWriterOptions { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", view == View.Metadata ? "PartialObjectMetadataList" : definition.ListKind);
            writer.WriteString("apiVersion", view == View.Metadata ? "meta.k8s.io/v1" : definition.ApiVersion(version.Name));
            writer.WritePropertyName("metadata");
            JsonTreeWriter.Write(writer, metadata);
            writer.WriteStartArray("items");
            foreach (var item in items)
            {
                if (view == View.Metadata)
                {
                    JsonTreeWriter.Write(writer, PartialMetadata(item.Root));
                    continue;
                }

                var root = definition.Strategy.Convert(item.Root, version.Name);
                if (definition.IsCustom)
                {
                    JsonTreeWriter.Write(writer, root);
                    continue;
                }

                // Items of typed lists leave out what the list says once.
                writer.WriteStartObject();
                for (var i = 0; i < root.Count; i++)
                {
                    ref readonly var entry = ref root.EntryAt(i);
                    if (entry.Key is not ("apiVersion" or "kind"))
                    {
                        writer.WritePropertyName(entry.Key);
                        JsonTreeWriter.Write(writer, entry.Value);
                    }
                }

                writer.WriteEndObject();
                if (writer.BytesPending > 64 * 1024)
                {
                    writer.Flush();
                    await output.FlushAsync(request.Aborted).ConfigureAwait(false);
                }
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.Flush();
        }

        await output.FlushAsync(request.Aborted).ConfigureAwait(false);
    }

    private static MapNode PartialMetadata(MapNode root)
    {
        var partial = new MapNode(3);
        partial.Set("kind", "PartialObjectMetadata");
        partial.Set("apiVersion", "meta.k8s.io/v1");
        partial["metadata"] = root.GetMap("metadata") ?? new MapNode();
        return partial;
    }

    // The first alternative of the Accept header that this server can serve decides.
    private static View ViewOf(RequestContext request)
    {
        foreach (var alternative in request.Http.Request.Headers.Accept.ToString().Split(','))
        {
            var type = alternative.Replace(" ", "", StringComparison.Ordinal);
            if (type.StartsWith("application/json", StringComparison.Ordinal))
            {
                if (type.Contains("as=Table", StringComparison.Ordinal))
                {
                    return View.Table;
                }

                return type.Contains("as=PartialObjectMetadata", StringComparison.Ordinal) ? View.Metadata : View.Object;
            }

            if (type.StartsWith("*/*", StringComparison.Ordinal))
            {
                return View.Object;
            }
        }

        return View.Object;
    }

    private enum View
    {
        Object,
        Metadata,
        Table,
    }

    private sealed record ListQuery(LabelSelector Labels, FieldSelector Fields)
    {
        public bool IsEverything => Labels.IsEverything && Fields.IsEverything;

        public bool Matches(MapNode root) =>
            (Labels.IsEverything || Labels.Matches(root.GetMap("metadata")?.GetMap("labels")))
            && (Fields.IsEverything || Fields.Matches(root, FieldSelector.ReadPath));
    }

    private sealed class EventWriter(RequestContext request, ResourceDefinition definition, ResourceVersion version, View view)
    {
        public async ValueTask WriteAsync(string type, MapNode root, StoredObject? stored)
        {
            var output = request.Http.Response.BodyWriter;
            Start(output, type);
            switch (view)
            {
                case View.Metadata:
                    JsonTreeWriter.Write(output, PartialMetadata(root));
                    break;
                case View.Table:
                    JsonTreeWriter.Write(output, Tables.Make(definition, version, [root], null, request));
                    break;
                default:
                    var versioned = definition.Strategy.Convert(root, version.Name);
                    if (stored is not null && ReferenceEquals(versioned, stored.Root))
                    {
                        output.Write(stored.Json);
                    }
                    else
                    {
                        JsonTreeWriter.Write(output, versioned);
                    }

                    break;
            }

            output.Write("}\n"u8);
            if (output.UnflushedBytes > 64 * 1024)
            {
                await output.FlushAsync(request.Aborted).ConfigureAwait(false);
            }
        }

        public async ValueTask WriteBookmarkAsync(long revision, bool initialEventsEnd)
        {
            var bookmark = new MapNode(3);
            bookmark.Set("kind", view == View.Metadata ? "PartialObjectMetadata" : definition.Kind);
            bookmark.Set("apiVersion", view == View.Metadata ? "meta.k8s.io/v1" : definition.ApiVersion(version.Name));
            var metadata = new MapNode(2);
            metadata.Set("resourceVersion", revision.ToString(CultureInfo.InvariantCulture));
            if (initialEventsEnd)
            {
                metadata.GetOrAddMap("annotations").Set("k8s.io/initial-events-end", "true");
            }

            bookmark["metadata"] = metadata;
            var output = request.Http.Response.BodyWriter;
            Start(output, "BOOKMARK");
            JsonTreeWriter.Write(output, bookmark);
            output.Write("}\n"u8);
            await ValueTask.CompletedTask.ConfigureAwait(false);
        }

        public async ValueTask WriteErrorAsync(ApiStatus status)
        {
            var output = request.Http.Response.BodyWriter;
            Start(output, "ERROR");
            JsonTreeWriter.Write(output, status.ToNode());
            output.Write("}\n"u8);
            await output.FlushAsync(request.Aborted).ConfigureAwait(false);
        }

        public async ValueTask FlushAsync() => await request.Http.Response.BodyWriter.FlushAsync(request.Aborted).ConfigureAwait(false);

        private static void Start(System.IO.Pipelines.PipeWriter output, string type)
        {
            output.Write("{\"type\":\""u8);
            output.Write(System.Text.Encoding.ASCII.GetBytes(type));
            output.Write("\",\"object\":"u8);
        }
    }
}
