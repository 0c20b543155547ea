using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using EvalCore.Options;
using Safetensors;

namespace EvalCore.Torch.Checkpoints;

/// <summary>
/// The tensors of a policy by the names that PyTorch gives its parameters: of one safetensors file, or of several that an
/// index lists (<c>model.safetensors.index.json</c>, as Hugging Face's libraries write it).
/// </summary>
internal sealed class WeightFiles : IDisposable
{
    /// <summary>What the name of an index ends with.</summary>
    public const string IndexEnding = ".index.json";

    /// <summary>What <c>torch.compile</c> puts into the names of a module that it wraps.</summary>
    private const string CompiledModule = "_orig_mod.";

    /// <summary>
    /// What the names of statistics begin with in files from before LeRobot had processor pipelines. A checkpoint with
    /// pipelines has its statistics there.
    /// </summary>
    private static readonly string[] StatisticsInside =
    [
        "normalize_inputs.", "normalize_targets.", "unnormalize_outputs.", "unnormalize_targets.", "normalize.", "unnormalize.",
        "normalizer.", "input_normalizer.", "output_normalizer.",
    ];

    private Dictionary<string, Weight> _weights = [];
    private readonly List<SafetensorsFile> _files = [];
    private readonly OrderedDictionary<string, Weight> _statistics = [];

    private WeightFiles(string path) => Path = path;

    /// <summary>The file, or the index: for messages.</summary>
    public string Path { get; }

    /// <summary>All files that were read, the index included.</summary>
    public IReadOnlyList<string> Paths => [.. Path.EndsWith(IndexEnding, StringComparison.Ordinal) ? (string[])[Path] : [], .. _files.Select(file => file.Path)];

    /// <summary>The parameters' names.</summary>
    public IReadOnlyCollection<string> Names => _weights.Keys;

    /// <summary>Tensors that are statistics of an older LeRobot, and no parameters.</summary>
    public IReadOnlyDictionary<string, Weight> Statistics => _statistics;

    /// <summary>How many numbers the parameters have.</summary>
    public long Count => _weights.Values.Sum(weight => weight.Entry.Count);

    /// <summary>Opens the files.</summary>
    /// <param name="path">A safetensors file, or an index.</param>
    /// <exception cref="SafetensorsException">A file cannot be read, or is not a valid safetensors file.</exception>
    /// <exception cref="EvalCoreException">The index and its files do not agree, or two tensors have one name.</exception>
    public static WeightFiles Open(string path)
    {
        var weights = new WeightFiles(path);
        try
        {
            if (path.EndsWith(IndexEnding, StringComparison.Ordinal))
                weights.AddIndex();
            else
                weights.Add(Open(path, weights._files), null);
            return weights;
        }
        catch (Exception)
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Looks a parameter up.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Weight? weight) => _weights.TryGetValue(name, out weight);

    /// <summary>Gives the parameters other names.</summary>
    /// <param name="newName">The new name of a parameter; null to leave it out.</param>
    /// <exception cref="EvalCoreException">Two parameters get one name.</exception>
    public void Rename(Func<string, string?> newName)
    {
        var renamed = new Dictionary<string, Weight>();
        foreach (var (name, weight) in _weights)
        {
            if (newName(name) is { } other && !renamed.TryAdd(other, weight))
                throw new EvalCoreException($"{weight.File.Path}: has '{other}' twice, as '{renamed[other].Entry.Name}' and as '{weight.Entry.Name}'");
        }

        _weights = renamed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    private void AddIndex()
    {
        if (JsonFile.Read(Path, "an index of weight files")["weight_map"] is not JsonObject map || map.Count == 0)
            throw new EvalCoreException($"{Path}: has no weight_map from tensors to files");
        var files = new Dictionary<string, HashSet<string>>();
        foreach (var (tensor, value) in map)
        {
            if (!(value is JsonValue text && text.TryGetValue(out string? file) && file == System.IO.Path.GetFileName(file) && file.Length > 0))
                throw new EvalCoreException($"{Path}: weight_map has no name of a file in the same folder for '{tensor}'");
            if (!files.TryGetValue(file, out var tensors))
                files.Add(file, tensors = []);
            tensors.Add(tensor);
        }

        var opened = files.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => (File: OpenListed(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, entry.Key), entry.Value), entry.Value)).ToList();
        foreach (var (file, tensors) in opened)
            Add(file, tensors);
    }

    /// <summary>Opens a file that the index names, and checks that it has all tensors that the index says it has.</summary>
    private SafetensorsFile OpenListed(string path, HashSet<string> listed)
    {
        string index = System.IO.Path.GetFileName(Path);
        if (!File.Exists(path))
            throw new EvalCoreException($"{path}: is missing; {index} says that it has '{listed.First()}'{(listed.Count == 1 ? "" : $" and {listed.Count - 1} more")}");
        var file = Open(path, _files);
        return listed.FirstOrDefault(name => !file.TryGet(name, out _)) is { } missing
            ? throw new EvalCoreException($"{path}: has no tensor '{missing}', though {index} says so; copy all weight files and the index from one checkpoint")
            : file;
    }

    private static SafetensorsFile Open(string path, List<SafetensorsFile> files)
    {
        var file = SafetensorsFile.Open(path);
        files.Add(file);
        return file;
    }

    /// <summary>Adds the tensors of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="listed">The tensors that the index says it has; null without an index.</param>
    private void Add(SafetensorsFile file, HashSet<string>? listed)
    {
        foreach (var entry in file)
        {
            if (listed is not null && !listed.Contains(entry.Name))
                throw new EvalCoreException($"{file.Path}: has a tensor '{entry.Name}' that {System.IO.Path.GetFileName(Path)} does not list for it; copy all weight files and the index from one checkpoint");
            string name = entry.Name.Replace(CompiledModule, "", StringComparison.Ordinal);
            if (StatisticsInside.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
                _statistics.TryAdd(name, new Weight(file, entry));
            else if (!_weights.TryAdd(name, new Weight(file, entry)))
                throw new EvalCoreException($"{file.Path}: has two tensors '{name}': '{_weights[name].Entry.Name}' and '{entry.Name}'");
        }
    }

    /// <summary>A parameter in its file.</summary>
    /// <param name="File">The file.</param>
    /// <param name="Entry">Its entry there.</param>
    internal sealed record Weight(SafetensorsFile File, TensorEntry Entry);
}
