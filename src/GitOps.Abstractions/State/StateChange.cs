namespace GitOps;

/// <summary>One change of what an <see cref="IStateStore"/> keeps.</summary>
/// <param name="Key">The key: letters, digits and <c>-./:_#@</c>, at most 512 characters.</param>
/// <param name="Value">The new value; <see langword="null"/> to forget the key.</param>
public sealed record StateChange(string Key, ReadOnlyMemory<byte>? Value);
