using System.Text;
using GitOps.Json;
using Microsoft.AspNetCore.Http;

namespace GitOps.Testing;

/// <summary>One request with what its query and headers say.</summary>
internal sealed class RequestContext
{
    private const int MaxBodyBytes = 3 * 1024 * 1024;

    public RequestContext(HttpContext http, RequestInfo info, UserInfo user)
    {
        Http = http;
        Info = info;
        User = user;
    }

    public HttpContext Http { get; }

    public RequestInfo Info { get; }

    public UserInfo User { get; }

    public bool DryRun { get; set; }

    public List<string> Warnings { get; } = [];

    public CancellationToken Aborted => Http.RequestAborted;

    public string? Query(string name)
    {
        var values = Http.Request.Query[name];
        return values.Count == 0 ? null : values[0];
    }

    /// <summary>Whether a switch is on: anything but "false" and "0" turns it on, nothing at all included.</summary>
    public bool Flag(string name) => Query(name) is { } value && value != "0" && !value.Equals("false", StringComparison.OrdinalIgnoreCase);

    /// <summary>The field manager: what the query says, else the first part of the user agent.</summary>
    public string FieldManagerName
    {
        get
        {
            var name = Query("fieldManager");
            if (!string.IsNullOrEmpty(name))
            {
                return name;
            }

            var agent = Http.Request.Headers.UserAgent.ToString();
            var slash = agent.IndexOf('/', StringComparison.Ordinal);
            var prefix = slash < 0 ? agent : agent[..slash];
            return prefix.Length > 128 ? prefix[..128] : prefix;
        }
    }

    public string ContentType
    {
        get
        {
            var type = Http.Request.ContentType ?? "";
            var semicolon = type.IndexOf(';', StringComparison.Ordinal);
            return (semicolon < 0 ? type : type[..semicolon]).Trim();
        }
    }

    public async ValueTask<byte[]> ReadBodyAsync()
    {
        using var buffer = new MemoryStream((int)Math.Clamp(Http.Request.ContentLength ?? 4096, 0, MaxBodyBytes));
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await Http.Request.Body.ReadAsync(chunk, Aborted).ConfigureAwait(false)) > 0)
        {
            if (buffer.Length + read > MaxBodyBytes)
            {
                throw new ApiException(new ApiStatus
                {
                    Code = 413,
                    Reason = "RequestEntityTooLarge",
                    Message = $"Request entity too large: limit is {MaxBodyBytes}",
                });
            }

            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }

    /// <summary>Reads a body that holds one object, as JSON, YAML or protobuf.</summary>
    public async ValueTask<MapNode> ReadObjectAsync(List<string>? duplicates)
    {
        if (ContentType is not ("" or "application/json" or "application/yaml" or ProtobufBody.ContentType))
        {
            throw new ApiException(new ApiStatus
            {
                Code = 415,
                Reason = "UnsupportedMediaType",
                Message = "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
            });
        }

        var bytes = await ReadBodyAsync().ConfigureAwait(false);
        return ParseObject(bytes, duplicates);
    }

    public MapNode ParseObject(byte[] bytes, List<string>? duplicates)
    {
        if (bytes.Length == 0)
        {
            throw ApiException.BadRequest("the body of the request is empty: an object is needed");
        }

        return Parse(bytes, duplicates) switch
        {
            MapNode map => map,

            // Nothing is an object whose fields are all unset; what such an object lacks is said later.
            { IsNull: true } => new MapNode(),
            _ => throw ApiException.BadRequest("couldn't get version/kind; json parse error: the body is no object"),
        };
    }

    public Node Parse(byte[] bytes, List<string>? duplicates)
    {
        if (ContentType == ProtobufBody.ContentType)
        {
            return ProtobufBody.Read(bytes);
        }

        try
        {
            var options = duplicates is null ? null : new JsonReadOptions { OnDuplicateKey = duplicates.Add };
            var first = bytes.AsSpan().TrimStart(" \t\r\n"u8);
            if (first.Length > 0 && first[0] is not ((byte)'{' or (byte)'[') && ContentType.Contains("yaml", StringComparison.Ordinal))
            {
                return YamlBody.Read(bytes);
            }

            return JsonTreeReader.Read(bytes, options);
        }
        catch (GitOpsException e)
        {
            throw ApiException.BadRequest($"error decoding patch: {e.Message}");
        }
    }

    public void Warn(string message) => Warnings.Add(message);

    public async Task WriteAsync(int code, Node body)
    {
        Prepare(code);
        JsonTreeWriter.Write(Http.Response.BodyWriter, body);
        await Http.Response.BodyWriter.FlushAsync(Aborted).ConfigureAwait(false);
    }

    public async Task WriteAsync(int code, ReadOnlyMemory<byte> body, string contentType = "application/json")
    {
        Prepare(code, contentType);
        Http.Response.ContentLength = body.Length;
        await Http.Response.BodyWriter.WriteAsync(body, Aborted).ConfigureAwait(false);
    }

    public async Task WriteTextAsync(int code, string text, string contentType = "text/plain; charset=utf-8")
    {
        Http.Response.StatusCode = code;
        Http.Response.ContentType = contentType;
        await Http.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), Aborted).ConfigureAwait(false);
    }

    public void Prepare(int code, string contentType = "application/json")
    {
        Http.Response.StatusCode = code;
        Http.Response.ContentType = contentType;
        foreach (var warning in Warnings)
        {
            Http.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }
    }
}
