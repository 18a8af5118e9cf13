namespace QuickStart;

/// <summary>A step of the scenario did not show what it should have.</summary>
internal sealed class ScenarioException(string message) : Exception(message);
