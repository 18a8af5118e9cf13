namespace GitOps.Testing;

/// <summary>One column of a Table answer.</summary>
/// <param name="Name">The heading.</param>
/// <param name="Type">string, integer, boolean, date.</param>
/// <param name="Help">The description.</param>
/// <param name="Priority">0 for columns that are always shown.</param>
/// <param name="Read">Makes the cell.</param>
/// <param name="Format">The format.</param>
internal sealed record TableColumn(string Name, string Type, string Help, int Priority, Func<MapNode, TimeProvider, Node> Read, string Format = "");
