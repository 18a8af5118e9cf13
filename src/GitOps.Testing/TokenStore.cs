using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace GitOps.Testing;

/// <summary>The tokens that the server accepts, and whose they are.</summary>
internal sealed class TokenStore
{
    private readonly ConcurrentDictionary<string, UserInfo> _users = new(StringComparer.Ordinal);

    public void Add(string token, UserInfo user) => _users[token] = user;

    public UserInfo? Find(string token) => _users.GetValueOrDefault(token);

    public string Issue(UserInfo user)
    {
        var token = RandomNumberGenerator.GetHexString(48, lowercase: true);
        _users[token] = user;
        return token;
    }
}
