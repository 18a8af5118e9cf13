namespace GitOps.Testing;

/// <summary>Checks of the volumes of a pod.</summary>
internal static class VolumeValidation
{
    private static readonly string[] DownwardFields = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

    private static readonly string[] SourceOrder =
    [
        "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi", "glusterfs", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "flocker",
        "downwardAPI", "fc", "azureFile", "configMap", "vsphereVolume", "quobyte", "azureDisk", "portworxVolume", "projected", "scaleIO", "storageos", "csi", "ephemeral", "image",
    ];

    /// <summary>Checks the volumes.</summary>
    /// <returns>The names that containers may mount.</returns>
    public static HashSet<string> Volumes(Check spec, bool isPod)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var own = new HashSet<string>(StringComparer.Ordinal);
        foreach (var volume in spec.Items("volumes"))
        {
            var before = volume.Errors.Count;
            volume.DemandName("name", Names.DnsLabel);
            var name = volume.Text("name");
            if (name.Length > 0 && !own.Add(name))
            {
                volume.Add(FieldError.Duplicate(volume.At("name"), ScalarNode.String(name)));
            }

            // The first of several types, in the server's order, is the one that counts.
            var sources = volume.Map.Where(static e => e.Key != "name" && e.Value is MapNode).Select(static e => e.Key).OrderBy(static k => Array.IndexOf(SourceOrder, k)).ToArray();
            foreach (var source in sources.Skip(1))
            {
                volume.Forbidden(source, "may not specify more than 1 volume type");
            }

            if (sources.Length > 0)
            {
                Source(volume.Child(sources[0]), sources[0], spec, isPod);
            }
            else
            {
                volume.Add(FieldError.Required(volume.Path, "must specify a volume type"));
            }

            // What is wrong in itself cannot be mounted either.
            if (volume.Errors.Count == before)
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>The names of the volumes that can be given to a container as devices.</summary>
    public static HashSet<string> BlockVolumes(Check spec) =>
        spec.Items("volumes").Where(static v => v.HasMap("persistentVolumeClaim") || v.HasMap("ephemeral")).Select(static v => v.Text("name")).ToHashSet(StringComparer.Ordinal);

    /// <summary>What is wrong with a path below a volume.</summary>
    public static string? Descending(string path) => path.StartsWith('/') ? "must be a relative path" : NoBacksteps(path);

    public static string? NoBacksteps(string path) => path.Split('/').Contains("..") ? "must not contain '..'" : null;

    /// <summary>Checks a source that pods and persistent volumes share.</summary>
    public static void Shared(Check source, string kind)
    {
        switch (kind)
        {
            case "hostPath":
                if (source.Demand("path") && NoBacksteps(source.Text("path")) is { } problem)
                {
                    source.Invalid("path", problem);
                }

                source.OneOf("type", "", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice");
                break;
            case "nfs":
                source.Demand("server");
                if (source.Demand("path") && !source.Text("path").StartsWith('/'))
                {
                    source.Invalid("path", "must be an absolute path");
                }

                break;
            case "iscsi":
                source.Demand("targetPortal");
                source.Demand("iqn");
                break;
            case "rbd":
                source.Demand("monitors");
                source.Demand("image");
                break;
            case "cephfs":
                source.Demand("monitors");
                break;
        }
    }

    private static void Source(Check source, string kind, Check spec, bool isPod)
    {
        switch (kind)
        {
            case "emptyDir":
                if (Quantity.Nanos(source.Text("sizeLimit")) is { } size && size < 0)
                {
                    source.Forbidden("sizeLimit", "SizeLimit field must be a valid resource quantity");
                }

                break;
            case "secret":
                source.Demand("secretName");
                Keys(source);
                break;
            case "configMap":
                source.Demand("name");
                Keys(source);
                break;
            case "downwardAPI":
                Mode(source, "defaultMode");
                foreach (var file in source.Items("items"))
                {
                    Downward(file, source);
                }

                break;
            case "projected":
                Mode(source, "defaultMode");
                Projected(source, spec, isPod);
                break;
            case "persistentVolumeClaim":
                source.Demand("claimName");
                break;
            case "csi":
                source.DemandName("driver", Names.DnsSubdomain);
                break;
            case "ephemeral":
                if (source.HasMap("volumeClaimTemplate"))
                {
                    StorageValidation.ClaimSpec(source.Child("volumeClaimTemplate").Child("spec"));
                }
                else
                {
                    source.Required("volumeClaimTemplate");
                }

                break;
            case "image":
                // A template may leave it to whoever makes the pod.
                if (isPod)
                {
                    source.Demand("reference");
                }

                source.OneOf("pullPolicy", "Always", "IfNotPresent", "Never");
                break;
            default:
                Shared(source, kind);
                break;
        }
    }

    private static void Projected(Check source, Check spec, bool isPod)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var projection in source.Items("sources"))
        {
            var kinds = projection.Map.Where(static e => e.Value is MapNode).Select(static e => e.Key).ToArray();
            if (kinds.Length > 1)
            {
                projection.Add(FieldError.Forbidden(projection.Path, "may not specify more than 1 volume type"));
            }

            if (projection.HasMap("secret") || projection.HasMap("configMap"))
            {
                var keys = projection.Child(projection.HasMap("secret") ? "secret" : "configMap");
                keys.Demand("name");
                Keys(keys);
                foreach (var item in keys.Items("items"))
                {
                    if (item.Text("path") is { Length: > 0 } path && !paths.Add(path))
                    {
                        source.Add(FieldError.Invalid(source.Path, keys.Text("name"), "conflicting duplicate paths"));
                    }
                }
            }

            if (projection.HasMap("downwardAPI"))
            {
                var downward = projection.Child("downwardAPI");
                foreach (var file in downward.Items("items"))
                {
                    Downward(file, downward);
                    if (file.Text("path") is { Length: > 0 } path && !paths.Add(path))
                    {
                        source.Add(FieldError.Invalid(source.Path, path, "conflicting duplicate paths"));
                    }
                }
            }

            if (projection.HasMap("serviceAccountToken"))
            {
                Token(projection.Child("serviceAccountToken"), spec, isPod);
            }
        }
    }

    private static void Token(Check token, Check spec, bool isPod)
    {
        token.Demand("path");
        if (token.Number("expirationSeconds") < 600)
        {
            token.Invalid("expirationSeconds", "may not specify a duration less than 10 minutes");
        }
        else if (token.Number("expirationSeconds") > 1L << 32)
        {
            token.Invalid("expirationSeconds", "may not specify a duration larger than 2^32 seconds");
        }

        // Only a pod, never a template, has to name its account by the time it is checked.
        if (isPod && spec.Text("serviceAccountName").Length == 0)
        {
            token.Add(FieldError.Forbidden(token.Path, "must not be specified when serviceAccountName is not set"));
        }
    }

    private static void Keys(Check source)
    {
        Mode(source, "defaultMode");
        foreach (var item in source.Items("items"))
        {
            item.Demand("key");
            if (item.Demand("path") && Descending(item.Text("path")) is { } problem)
            {
                item.Invalid("path", problem);
            }

            Mode(item, "mode");
        }
    }

    // The findings of a file name the source, not the file.
    private static void Downward(Check file, Check source)
    {
        if (file.Text("path").Length == 0)
        {
            source.Required("path");
        }
        else if (Descending(file.Text("path")) is { } problem)
        {
            source.Add(FieldError.Invalid(source.At("path"), file.Text("path"), problem));
        }

        if (file.HasMap("fieldRef"))
        {
            var path = file.Child("fieldRef").Text("fieldPath");
            if (path.Length == 0)
            {
                source.Add(FieldError.Required(source.At("fieldRef.fieldPath")));
            }
            else if (!PodValidation.IsField(path, DownwardFields))
            {
                source.Add(FieldError.NotSupported(source.At("fieldRef.fieldPath"), path, DownwardFields));
            }
        }
        else if (file.HasMap("resourceFieldRef"))
        {
            if (file.Child("resourceFieldRef").Text("containerName").Length == 0)
            {
                source.Add(FieldError.Required(source.At("resourceFieldRef.containerName")));
            }
        }
        else
        {
            source.Add(FieldError.Required(source.Path, "one of fieldRef and resourceFieldRef is required"));
        }

        if (file.Number("mode") is < 0 or > 511)
        {
            source.Add(FieldError.Invalid(source.At("mode"), file.Map["mode"], "must be a number between 0 and 0777 (octal), both inclusive"));
        }
    }

    private static void Mode(Check source, string field)
    {
        if (source.Number(field) is < 0 or > 511)
        {
            source.Invalid(field, "must be a number between 0 and 0777 (octal), both inclusive");
        }
    }
}
