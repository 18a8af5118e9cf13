namespace GitOps.AspNetCore;

/// <summary>Options of a receiver: an address that a Git host calls when somebody pushed.</summary>
public sealed class ReceiverOptions
{
    /// <summary>How the sender proves who it is.</summary>
    /// <value>The default value is <see cref="ReceiverType.GenericHmac"/>.</value>
    public ReceiverType Type { get; set; }

    /// <summary>The secret that is shared with the sender. Required.</summary>
    public string Secret { get; set; } = "";

    /// <summary>The sources that are polled when a call comes in. At least one is required.</summary>
    public IList<string> Sources { get; } = [];
}
