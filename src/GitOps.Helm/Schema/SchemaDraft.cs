namespace GitOps.Helm.Schema;

/// <summary>The drafts of JSON Schema; later ones compare greater.</summary>
internal enum SchemaDraft
{
    Draft4 = 4,
    Draft6 = 6,
    Draft7 = 7,
    Draft2019 = 2019,
    Draft2020 = 2020,
}
