namespace EvalCore.Remote.Wire;

/// <summary>A map of a message, in the order of its entries. Where a key is there twice, the last one counts, as in Python.</summary>
internal sealed class MessagePackMap
{
    /// <summary>The entries. A value is null, bool, long, ulong, double, string, byte[], object?[], or a map, array or scalar of this namespace.</summary>
    public List<KeyValuePair<MapKey, object?>> Entries { get; } = [];

    /// <summary>The number of entries.</summary>
    public int Count => Entries.Count;

    /// <summary>The value of a str key; null where there is none, or where it is nil.</summary>
    public object? this[string key] => Find(key, isBinary: false);

    /// <summary>Whether there is a str key.</summary>
    public bool Contains(string key) => Has(key, isBinary: false);

    /// <summary>The value of a key; null where there is none, or where it is nil.</summary>
    public object? Find(string key, bool isBinary)
    {
        for (int i = Entries.Count - 1; i >= 0; i--)
        {
            if (Entries[i].Key.IsBinary == isBinary && Entries[i].Key.Text == key)
                return Entries[i].Value;
        }

        return null;
    }

    /// <summary>Whether there is a key.</summary>
    public bool Has(string key, bool isBinary) => Entries.Exists(entry => entry.Key.IsBinary == isBinary && entry.Key.Text == key);

    /// <summary>Adds an entry with a str key.</summary>
    public MessagePackMap Add(string key, object? value)
    {
        Entries.Add(new(new MapKey(key, IsBinary: false), value));
        return this;
    }
}
