using Microsoft.Extensions.Configuration;

namespace GitOps.Git;

/// <summary>Fills options from configuration. Secrets stay where they are and are read for each operation, so that a reloaded configuration counts.</summary>
internal static class GitSourceBinding
{
    private static readonly SettingsSchema SecretReference = SettingsSchema.Of<GitSecretReference>();

    private static readonly SettingsSchema Secret = SettingsSchema.Of<GitSecret>(SecretReference).OrText();

    public static SettingsSchema Schema { get; } = SettingsSchema.Of<GitSourceOptions>(
        SettingsSchema.Of<GitReference>(),
        SettingsSchema.Of<GitCredentials>(Secret, SecretReference),
        SettingsSchema.Of<GitVerification>(Secret),
        SettingsSchema.Of<GitLimits>());

    public static void Bind(IConfiguration section, GitSourceOptions options)
    {
        if (section.GetSection(nameof(GitSourceOptions.Verification)).Exists())
        {
            options.Verification ??= new GitVerification();
        }

        section.Bind(options);
        var credentials = section.GetSection(nameof(GitSourceOptions.Credentials));
        if (credentials.GetSection(nameof(GitCredentials.SecretRef)) is var reference && reference.Exists())
        {
            options.Credentials.SecretRef = ReadReference(reference);
        }

        Keep(nameof(GitCredentials.Username), secret => options.Credentials.Username = secret);
        Keep(nameof(GitCredentials.Password), secret => options.Credentials.Password = secret);
        Keep(nameof(GitCredentials.BearerToken), secret => options.Credentials.BearerToken = secret);
        Keep(nameof(GitCredentials.ClientCertificate), secret => options.Credentials.ClientCertificate = secret);
        Keep(nameof(GitCredentials.ClientKey), secret => options.Credentials.ClientKey = secret);
        Keep(nameof(GitCredentials.CertificateAuthority), secret => options.Credentials.CertificateAuthority = secret);
        Keep(nameof(GitCredentials.PrivateKey), secret => options.Credentials.PrivateKey = secret);
        Keep(nameof(GitCredentials.Passphrase), secret => options.Credentials.Passphrase = secret);
        Keep(nameof(GitCredentials.KnownHosts), secret => options.Credentials.KnownHosts = secret);
        Keep(nameof(GitCredentials.ProxyUsername), secret => options.Credentials.ProxyUsername = secret);
        Keep(nameof(GitCredentials.ProxyPassword), secret => options.Credentials.ProxyPassword = secret);

        if (options.Verification is { } verification)
        {
            var from = section.GetSection(nameof(GitSourceOptions.Verification));
            KeepAll(from.GetSection(nameof(GitVerification.OpenPgpKeys)), verification.OpenPgpKeys);
            KeepAll(from.GetSection(nameof(GitVerification.SshKeys)), verification.SshKeys);
            verification.AllowedSigners = Read(from, nameof(GitVerification.AllowedSigners)) ?? verification.AllowedSigners;
            verification.RevokedSshKeys = Read(from, nameof(GitVerification.RevokedSshKeys)) ?? verification.RevokedSshKeys;
        }

        void Keep(string key, Action<GitSecret> set)
        {
            if (Read(credentials, key) is { } secret)
            {
                set(secret);
            }
        }
    }

    private static void KeepAll(IConfigurationSection section, IList<GitSecret> secrets)
    {
        if (!section.Exists())
        {
            return;
        }

        secrets.Clear();
        foreach (var child in section.GetChildren())
        {
            if (Read(section, child.Key) is { } secret)
            {
                secrets.Add(secret);
            }
        }
    }

    private static GitSecret? Read(IConfiguration section, string key) =>
        section[$"{key}:{nameof(GitSecret.File)}"] is { } file ? GitSecret.FromFile(file)
        : section.GetSection($"{key}:{nameof(GitSecret.SecretRef)}") is var reference && reference.Exists() ? new GitSecret { SecretRef = ReadReference(reference) }
        : section[key] is not null ? GitSecret.FromConfiguration(section, key)
        : null;

    private static GitSecretReference ReadReference(IConfigurationSection section) => new()
    {
        Namespace = section[nameof(GitSecretReference.Namespace)],
        Name = section[nameof(GitSecretReference.Name)] ?? "",
        Key = section[nameof(GitSecretReference.Key)],
    };
}
