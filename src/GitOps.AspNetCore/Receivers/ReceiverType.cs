namespace GitOps.AspNetCore;

/// <summary>How the sender of a webhook proves who it is.</summary>
public enum ReceiverType
{
    /// <summary><c>X-Signature: sha256=HEX</c> (also sha512), the HMAC of the body; what Flux' generic-hmac receiver takes.</summary>
    GenericHmac,

    /// <summary><c>X-Hub-Signature-256: sha256=HEX</c>, the HMAC of the body; GitHub and Gitea. Only <c>push</c> and <c>ping</c> events do something.</summary>
    GitHub,

    /// <summary><c>X-Gitlab-Token</c>, the secret itself.</summary>
    GitLab,
}
