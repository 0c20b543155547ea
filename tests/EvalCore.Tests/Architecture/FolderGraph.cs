using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace EvalCore.Tests.Architecture;

/// <summary>
/// Which folders of a project use which, read from its compiled assembly. A folder is a namespace below the root; what lies
/// in the root namespace is in the folder with the empty name. Nested and generated types count for the type that contains
/// them. Constants are not seen: the compiler replaces them by their values.
/// </summary>
internal sealed class FolderGraph
{
    private readonly SortedDictionary<(string From, string To), (string From, string To)> _edges = [];

    private FolderGraph()
    {
    }

    /// <summary>The pairs of folders of which the first uses the second, each with an example: a type and the type it uses.</summary>
    public IReadOnlyDictionary<(string From, string To), (string From, string To)> Edges => _edges;

    /// <summary>The types outside of any type, by full name, without those that the compiler puts into namespaces of its own.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Reads an assembly.</summary>
    public static FolderGraph Read(string assembly, string rootNamespace)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var outermost = metadata.TypeDefinitions.ToDictionary(type => TypeUses.FullName(metadata, type), type => Outermost(metadata, type));
        var graph = new FolderGraph
        {
            Types = [.. outermost.Where(type => type.Key == type.Value && IsUnder(rootNamespace, type.Key)).Select(type => type.Key).Order()],
        };
        foreach (var handle in metadata.TypeDefinitions)
        {
            string from = Outermost(metadata, handle);
            foreach (string used in TypeUses.Of(file, metadata, handle))
            {
                if (outermost.TryGetValue(used, out string? to) && Folder(rootNamespace, from) is { } source
                    && Folder(rootNamespace, to) is { } target && source != target)
                    graph._edges.TryAdd((source, target), (from, to));
            }
        }

        return graph;
    }

    /// <summary>
    /// The shortest circle of folders, in words: each folder with the next, and an example of two types. Null where there is
    /// none.
    /// </summary>
    public string? Circle()
    {
        var circle = _edges.Keys.Select(edge => edge.From).Distinct()
            .Select(folder => ShortestPath(folder, folder))
            .OfType<List<string>>()
            .MinBy(path => path.Count);
        return circle is null ? null : string.Concat(circle.Zip(circle.Skip(1), (from, to) =>
            $"{Environment.NewLine}  {from} uses {to}: {_edges[(from, to)].From} uses {_edges[(from, to)].To}"));
    }

    /// <summary>The folders from one to another, both included, with at least one step; null where there is no way.</summary>
    private List<string>? ShortestPath(string from, string to)
    {
        var paths = new Queue<List<string>>([[from]]);
        var seen = new HashSet<string>();
        while (paths.TryDequeue(out var path))
        {
            foreach (string next in _edges.Keys.Where(edge => edge.From == path[^1]).Select(edge => edge.To))
            {
                if (next == to)
                    return [.. path, next];
                if (seen.Add(next))
                    paths.Enqueue([.. path, next]);
            }
        }

        return null;
    }

    private static bool IsUnder(string rootNamespace, string type) => Folder(rootNamespace, type) is not null;

    private static string? Folder(string rootNamespace, string type)
    {
        string name = type[..Math.Max(type.LastIndexOf('.'), 0)];
        return name == rootNamespace ? ""
            : name.StartsWith(rootNamespace + ".", StringComparison.Ordinal) ? name[(rootNamespace.Length + 1)..].Split('.')[0]
            : null;
    }

    private static string Outermost(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        while (metadata.GetTypeDefinition(handle).GetDeclaringType() is { IsNil: false } declaring)
            handle = declaring;
        return TypeUses.FullName(metadata, handle);
    }
}
