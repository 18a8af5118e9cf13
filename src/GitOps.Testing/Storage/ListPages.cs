using System.Security.Cryptography;

namespace GitOps.Testing;

/// <summary>The rest of lists that clients read page by page, as they were when the first page was read.</summary>
internal sealed class ListPages
{
    private const int Limit = 256;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (ArraySegment<StoredObject> Items, long Revision)> _pages = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public string Keep(ArraySegment<StoredObject> rest, long revision)
    {
        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        lock (_lock)
        {
            _pages.Add(token, (rest, revision));
            _order.Enqueue(token);
            while (_order.Count > Limit)
            {
                _pages.Remove(_order.Dequeue());
            }
        }

        return token;
    }

    public (ArraySegment<StoredObject> Items, long Revision) Continue(string token)
    {
        lock (_lock)
        {
            // A token may be used again, as a client does after a lost answer.
            return _pages.TryGetValue(token, out var page)
                ? page
                : throw (token.Length == 32 && token.All(char.IsAsciiHexDigit)
                    ? ApiException.Expired("The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.")
                    : ApiException.BadRequest("continue key is not valid: illegal base64 data"));
        }
    }

    /// <summary>Forgets all pages, as a compaction does.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _pages.Clear();
            _order.Clear();
        }
    }
}
