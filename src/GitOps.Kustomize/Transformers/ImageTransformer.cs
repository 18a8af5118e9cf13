using System.Buffers;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Transformers;

/// <summary>Changes names, tags and digests of container images.</summary>
internal sealed class ImageTransformer : ITransformer
{
    private static readonly SearchValues<char> s_reference = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.{}-");
    private static readonly SearchValues<char> s_simple = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/:.@");

    private readonly Image _image;
    private readonly List<FieldSpec> _specs;
    private readonly GoRegex? _pattern;

    public ImageTransformer(Image image, List<FieldSpec> specs)
    {
        _image = image;
        _specs = specs;

        // The name is a regular expression to kustomize. A dot is the only special character that common names have.
        if (image.Name.AsSpan().ContainsAnyExcept(s_simple))
        {
            _pattern = GoRegex.Anywhere($"^{image.Name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$");
        }
    }

    public void Transform(ResourceSet resources)
    {
        foreach (var resource in resources.Items)
        {
            if (resource.Kind != "CustomResourceDefinition")
            {
                WalkContainers(resource.Root!);
            }
        }

        foreach (var resource in resources.Items)
        {
            if (resource.Kind == "CustomResourceDefinition")
            {
                continue;
            }

            foreach (var spec in _specs)
            {
                FieldWalk.Visit(resource, spec, FieldWalk.Made.Nothing, Set);
            }
        }
    }

    private void WalkContainers(Node node)
    {
        switch (node)
        {
            case MapNode map:
                for (var i = 0; i < map.Count; i++)
                {
                    var (key, value, _, _, _) = map.EntryAt(i);
                    if (value is ScalarNode)
                    {
                        continue;
                    }

                    WalkContainers(value);
                    if (key is "containers" or "initContainers" && value is ListNode list)
                    {
                        foreach (var item in list)
                        {
                            if (!item.IsNull && (item as MapNode ?? throw Tree.WrongKind("MappingNode", item))["image"] is { } image)
                            {
                                Set(image);
                            }
                        }
                    }
                }

                break;
            case ListNode list:
                for (var i = 0; i < list.Count; i++)
                {
                    WalkContainers(list[i]);
                }

                break;
            default:
                break;
        }
    }

    private void Set(Node node)
    {
        var scalar = node as ScalarNode ?? throw Tree.WrongKind("ScalarNode", node);
        if (!IsMatch(scalar.Text))
        {
            return;
        }

        var (name, tag, digest) = Split(scalar.Text);
        if (_image.NewName.Length > 0)
        {
            name = _image.NewName;
        }

        if (_image.NewTag.Length > 0)
        {
            (tag, digest) = (_image.NewTag, _image.Digest);
        }
        else if (_image.Digest.Length > 0)
        {
            (tag, digest) = ("", _image.Digest);
        }
        else if (_image.TagSuffix.Length > 0)
        {
            (tag, digest) = (tag + _image.TagSuffix, "");
        }

        Tree.SetText(scalar, $"{name}{(tag.Length > 0 ? ":" : "")}{tag}{(digest.Length > 0 ? "@" : "")}{digest}");
    }

    private bool IsMatch(string text)
    {
        if (_pattern is not null)
        {
            return _pattern.IsMatch(text);
        }

        var name = _image.Name;
        if (text.Length < name.Length)
        {
            return false;
        }

        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] != text[i] && (name[i] != '.' || text[i] == '\n'))
            {
                return false;
            }
        }

        return IsTagAndDigest(text.AsSpan(name.Length));
    }

    private static bool IsTagAndDigest(ReadOnlySpan<char> rest)
    {
        if (rest.Length > 0 && rest[0] == ':')
        {
            var end = rest[1..].IndexOfAnyExcept(s_reference);
            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        if (rest.StartsWith("@sha256:"))
        {
            var end = rest[8..].IndexOfAnyExcept(s_reference);
            rest = end < 0 ? [] : rest[(end + 8)..];
        }

        return rest.Length == 0;
    }

    internal static (string Name, string Tag, string Digest) Split(string image)
    {
        var from = Math.Max(image.IndexOf('/', StringComparison.Ordinal), 0);
        var digest = image.IndexOf('@', from);
        var tag = image.IndexOf(':', from);
        if (tag < 0 && digest < 0)
        {
            return (image, "", "");
        }

        if (digest >= 0 && (digest < tag || tag < 0))
        {
            return (image[..digest], "", image[(digest + 1)..]);
        }

        return digest >= 0
            ? (image[..tag], image[(tag + 1)..digest], image[(digest + 1)..])
            : (image[..tag], image[(tag + 1)..], "");
    }
}
