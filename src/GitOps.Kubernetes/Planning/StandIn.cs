using System.Security.Cryptography;
using System.Text;
using GitOps.Json;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Planning;

/// <summary>Checks an object that the server cannot dry-run as it is.</summary>
internal sealed class StandIn
{
    private readonly PlanScope _scope;

    public StandIn(PlanScope scope) => _scope = scope;

    /// <summary>The kind is not there yet: its definition in the set judges the object.</summary>
    public bool CheckAgainstDefinition(DesiredObject desired, MapNode version)
    {
        if (version.GetMap("schema")?.GetMap("openAPIV3Schema") is not { } schema)
        {
            return true;
        }

        var problems = DefinitionSchema.Validate(schema, desired.ReadRoot());
        foreach (var problem in problems)
        {
            _scope.Find(Diagnostic.Error(Reasons.ValidationFailed, $"{problem} (by the CustomResourceDefinition of the set)", desired.Manifest.Origin, desired.Id));
        }

        return problems.Count == 0;
    }

    /// <summary>Asks the server about the same object under a name that nothing has, in some namespace.</summary>
    public async ValueTask<(string Name, ApiResult Result)> ProbeAsync(DesiredObject desired, string @namespace, CancellationToken cancellationToken)
    {
        var suffix = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(desired.Id.ToString())).AsSpan(0, 5));
        var name = $"{desired.Id.Name[..Math.Min(desired.Id.Name.Length, 40)].TrimEnd('-', '.')}-{suffix}";
        var root = desired.ReadRoot();
        var metadata = root.GetMap("metadata")!;
        metadata.Set("name", name);
        if (desired.Resource.Namespaced)
        {
            metadata.Set("namespace", @namespace);
        }

        var result = await _scope.Client.PatchAsync(desired.Resource, desired.Resource.Namespaced ? @namespace : "", name, PatchKind.Apply, JsonTreeWriter.Write(root), _scope.DryRun with { Force = true, StatusOnly = true }, cancellationToken).ConfigureAwait(false);
        return (name, result);
    }

    /// <summary>An error about the stand-in as one about the object.</summary>
    public static ApiError Rename(ApiError error, string from, string to) => error with
    {
        Message = error.Message.Replace(from, to, StringComparison.Ordinal),
        Causes = [.. error.Causes.Select(c => c with { Message = c.Message.Replace(from, to, StringComparison.Ordinal) })],
    };
}
