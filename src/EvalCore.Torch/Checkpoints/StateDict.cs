using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Checkpoints;

/// <summary>
/// The parameters of a policy, by the names PyTorch gives them. A network loads its tensors from here, stating the shape it
/// needs; what it loads and what it computes from them once (<see cref="Keep"/>) belongs to this object.
/// </summary>
internal sealed class StateDict : IDisposable
{
    /// <summary>How many names a message has.</summary>
    private const int Shown = 5;

    /// <summary>How many tensors that do not fit are kept in mind: a configuration may ask for a billion layers.</summary>
    private const int MostUnfit = 1000;

    private readonly Store _store;
    private readonly string _prefix;
    private readonly ScalarType? _type;
    private readonly bool _unread;

    private StateDict(Store store, string prefix, ScalarType? type, bool unread = false) =>
        (_store, _prefix, _type, _unread) = (store, prefix, type, unread);

    /// <summary>Where the parameters live.</summary>
    public Device Device => _store.Device;

    /// <summary>How many numbers the parameters have.</summary>
    public long Parameters => _store.Files.Count;

    /// <summary>The files that hold the parameters.</summary>
    public IReadOnlyList<string> Paths => _store.Files.Paths;

    /// <summary>Tensors of the files that are statistics of an older LeRobot, and no parameters.</summary>
    public IReadOnlyDictionary<string, WeightFiles.Weight> Statistics => _store.Files.Statistics;

    /// <summary>Whether the network is built: <see cref="Close"/> found nothing missing and nothing left.</summary>
    public bool IsBuilt => _store.IsBuilt;

    /// <summary>The exception for the tensors that do not fit; null where all fit that were asked for.</summary>
    public EvalCoreException? Misfit => _store.Unfit.Count == 0 ? null : AllUnfit();

    /// <summary>
    /// Opens a safetensors file, or the index of several. Parameters are loaded as float32 unless <see cref="As"/> says
    /// otherwise. Close the files with <see cref="Close"/> when the network is built.
    /// </summary>
    public static StateDict Open(string path, Device device) => new(new Store(WeightFiles.Open(path), device), "", ScalarType.Float32);

    /// <summary>The part whose names begin with <c>name.</c></summary>
    public StateDict this[string name] => new(_store, $"{_prefix}{name}.", _type, _unread);

    /// <summary>The part of a numbered submodule.</summary>
    public StateDict this[int index] => new(_store, $"{_prefix}{index}.", _type, _unread);

    /// <summary>The same part, whose parameters are loaded in another type.</summary>
    /// <param name="type">A floating type; null: the type that each is stored in.</param>
    public StateDict As(ScalarType? type) => new(_store, _prefix, type, _unread);

    /// <summary>
    /// The same part, whose parameters nothing is computed with: they are checked as others are, but not read, and in their place
    /// are tensors without a number.
    /// </summary>
    public StateDict Unread() => new(_store, _prefix, _type, unread: true);

    /// <summary>Gives the tensors of the files the names that this version of a policy has for them.</summary>
    /// <param name="newName">The new name of a tensor; null where evaluation does not use it.</param>
    /// <exception cref="EvalCoreException">Two tensors get one name.</exception>
    public void Rename(Func<string, string?> newName) => _store.Files.Rename(newName);

    /// <summary>Whether there is a tensor of a name.</summary>
    public bool Has(string name) => _store.Files.TryGet(_prefix + name, out _);

    /// <summary>The shape of a tensor, to read widths that the configuration does not state.</summary>
    /// <exception cref="EvalCoreException">There is no such tensor.</exception>
    public IReadOnlyList<long> Shape(string name) => Find(name).Entry.Shape;

    /// <summary>Loads a tensor.</summary>
    /// <param name="name">Its name below this part's.</param>
    /// <param name="shape">The shape it must have; -1 for a dimension of any size.</param>
    /// <remarks>
    /// A tensor that is missing or does not fit is stated by <see cref="Close"/>, together with the others that do not; until then
    /// zeros stand for it.
    /// </remarks>
    /// <exception cref="EvalCoreException">It is missing or does not fit, and its shape is not known.</exception>
    public Tensor Load(string name, params ReadOnlySpan<long> shape) => Keep(LoadTemporary(name, shape));

    /// <summary>As <see cref="Load"/>, for a tensor that is needed only to compute others; the dispose scope frees it.</summary>
    public Tensor LoadTemporary(string name, params ReadOnlySpan<long> shape)
    {
        if (!_store.Files.TryGet(_prefix + name, out var weight))
            return Unfit(name, Missing(name), shape);
        var (file, entry) = weight;
        _store.Loaded.Add(_prefix + name);
        if (entry.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.F64))
            return Unfit(name, $"{file.Path}: tensor '{entry.Name}' is {entry}, but a weight is F32, F16, BF16 or F64", shape);
        bool fits = entry.Shape.Count == shape.Length;
        for (int i = 0; fits && i < shape.Length; i++)
            fits = shape[i] == -1 || shape[i] == entry.Shape[i];
        if (!fits)
        {
            string wanted = string.Join(", ", shape.ToArray()).Replace("-1", "any");
            return Unfit(name, $"{file.Path}: tensor '{entry.Name}' is {entry}, but the configuration asks for [{wanted}]", shape);
        }

        return _unread ? empty(0, dtype: _type ?? ScalarType.Float32) : Read(file, entry, _store.Device, _type);
    }

    /// <summary>Reads a truth value.</summary>
    /// <exception cref="EvalCoreException">There is no such tensor, or it is not one truth value.</exception>
    public bool ReadBool(string name)
    {
        var (file, entry) = Find(name);
        if (entry.Type != TensorType.BOOL || entry.Count != 1)
            throw new EvalCoreException($"{file.Path}: tensor '{entry.Name}' is {entry}, but it should be one truth value, BOOL []");
        byte[] value = new byte[1];
        file.CopyTo(entry, value);
        return value[0] != 0;
    }

    /// <summary>Makes a tensor live as long as this object.</summary>
    public Tensor Keep(Tensor tensor)
    {
        _store.Kept.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    /// <summary>Closes the files, after checking that all tensors fit, and that the network has loaded all that are in them.</summary>
    /// <param name="unused">Whether a name is one that evaluation does not use.</param>
    /// <exception cref="EvalCoreException">Tensors are missing, do not fit, or belong to no part of the network; the first five are named.</exception>
    public void Close(Func<string, bool> unused)
    {
        if (_store.Unfit.Count > 0)
            throw AllUnfit();
        string[] left = [.. _store.Files.Names.Where(name => !_store.Loaded.Contains(name) && !unused(name))];
        if (left.Length == 1)
            throw new EvalCoreException($"{_store.Files.Path}: tensor '{EvalCoreException.Printable(left[0])}' belongs to no part of the network that the configuration describes");
        if (left.Length > 1)
            throw new EvalCoreException($"{_store.Files.Path}: tensors {Names(left)} belong to no part of the network that the configuration describes");

        _store.IsBuilt = true;
        _store.Files.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store.Files.Dispose();
        foreach (var tensor in _store.Kept)
            tensor.Dispose();
        _store.Kept.Clear();
    }

    /// <summary>Copies a tensor out of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="entry">The tensor.</param>
    /// <param name="device">Where it will live.</param>
    /// <param name="type">The type of a floating tensor; null: the type that it is stored in.</param>
    internal static Tensor Read(SafetensorsFile file, TensorEntry entry, Device device, ScalarType? type = ScalarType.Float32)
    {
        var stored = entry.Type switch
        {
            TensorType.BOOL => ScalarType.Bool,
            TensorType.U8 => ScalarType.Byte,
            TensorType.I8 => ScalarType.Int8,
            TensorType.I16 => ScalarType.Int16,
            TensorType.I32 => ScalarType.Int32,
            TensorType.I64 => ScalarType.Int64,
            TensorType.F16 => ScalarType.Float16,
            TensorType.BF16 => ScalarType.BFloat16,
            TensorType.F32 => ScalarType.Float32,
            TensorType.F64 => ScalarType.Float64,
            _ => throw new EvalCoreException($"{file.Path}: tensor '{entry.Name}' is {entry.Type}, which torch has no type for"),
        };

        // What is read and then converted is freed at once, so that a conversion never needs a second copy of all weights.
        using var scope = NewDisposeScope();
        var tensor = empty([.. entry.Shape], dtype: stored);
        if (entry.Bytes > 0)
            file.CopyTo(entry, tensor.bytes);
        return tensor.to(tensor.is_floating_point() && type is { } wanted ? wanted : stored).to(device).MoveToOuterDisposeScope();
    }

    /// <summary>Names for a message: the first ones, and how many more there are.</summary>
    private static string Names(string[] names, int shown = Shown)
    {
        string more = names.Length > shown ? $" and {names.Length - shown} more" : "";
        return string.Join(", ", names.Take(shown).Select(name => $"'{EvalCoreException.Printable(name)}'")) + more;
    }

    private WeightFiles.Weight Find(string name)
    {
        if (_store.Files.TryGet(_prefix + name, out var weight))
            return weight;
        _store.Unfit.Add((_prefix + name, Missing(name)));
        throw AllUnfit();
    }

    private string Missing(string name) =>
        $"{_store.Files.Path}: has no tensor '{_prefix}{name}'; it has {(_store.Files.Names.Count == 0 ? "none" : Names([.. _store.Files.Names]))}";

    /// <summary>Keeps in mind that a tensor does not fit.</summary>
    /// <returns>Zeros of the shape that it should have, without memory of their own: a configuration may ask for any size.</returns>
    /// <exception cref="EvalCoreException">The shape is not known.</exception>
    private Tensor Unfit(string name, string problem, ReadOnlySpan<long> shape)
    {
        _store.Unfit.Add((_prefix + name, problem));
        if (shape.Contains(-1) || _store.Unfit.Count == MostUnfit)
            throw AllUnfit();
        using var zero = zeros(Array.Empty<long>(), _type ?? ScalarType.Float32, _store.Device);
        return zero.expand(shape.ToArray());
    }

    /// <summary>The exception for the tensors that do not fit: what is wrong with the first, and the names of four others.</summary>
    private EvalCoreException AllUnfit()
    {
        string[] others = [.. _store.Unfit.Select(unfit => unfit.Name).Skip(1).Distinct()];
        return new EvalCoreException(_store.Unfit[0].Problem + (others.Length == 0 ? "" : $"; nor do these fit: {Names(others, Shown - 1)}"));
    }

    /// <summary>A name from a file, for a message of one line.</summary>
    private sealed record Store(WeightFiles Files, Device Device)
    {
        public HashSet<string> Loaded { get; } = [];

        public List<(string Name, string Problem)> Unfit { get; } = [];

        public bool IsBuilt { get; set; }

        public List<Tensor> Kept { get; } = [];
    }
}
