using Safetensors;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests;

/// <summary>
/// What LeRobot's modules gave for one episode, to compare with a network's: <c>name</c> is a module's first call, <c>name#1</c>
/// its second. Images that LeRobot encodes in two calls may be the two rows of one.
/// </summary>
internal sealed class ModuleOutputs(SafetensorsFile layers)
{
    private readonly Dictionary<string, int> _calls = [];
    private readonly HashSet<string> _seen = [];

    /// <summary>Which tokens of the prefix LeRobot does not mask; ours has no others.</summary>
    public bool[] Real { get; set; } = [];

    /// <summary>What the last part of a name is called in the reference, where it is called otherwise.</summary>
    public Dictionary<string, string> Names { get; } = [];

    /// <summary>Names in the reference that were not compared.</summary>
    public IEnumerable<string> Unseen => layers.Select(entry => entry.Name).Where(name => !_seen.Contains(name));

    /// <summary>Compares a module's output.</summary>
    public void Check(string name, Tensor output)
    {
        using var scope = NewDisposeScope();
        string last = name[(name.LastIndexOf('.') + 1)..];
        name = name[..^last.Length] + Names.GetValueOrDefault(last, last);
        int rows = (int)output.shape[0];
        int call = _calls.GetValueOrDefault(name);
        _calls[name] = call + rows;
        for (int row = 0; row < rows; row++)
        {
            string key = call + row == 0 ? name : $"{name}#{call + row}";
            if (!layers.TryGet(key, out var entry))
                continue;
            float[] expected = layers.Read<float>(key);
            long width = entry.Shape[^1];
            long tokens = expected.Length / width;
            float[] actual = [.. output[row].contiguous().data<float>()];
            if (actual.Length < expected.Length)
            {
                // The last tokens are those of the instruction.
                var real = tokens == Real.Length ? Real : Real[^(int)tokens..];
                expected = [.. expected.Where((_, i) => real[i / width])];
            }

            Close(expected, actual, 2e-5 * Math.Max(1, Largest(expected)), key);
            _seen.Add(key);
        }
    }
}
