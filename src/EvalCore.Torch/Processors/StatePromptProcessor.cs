using System.Globalization;
using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// <c>pi05_prepare_state_tokenizer_processor_step</c>, <c>pi0_fast_prepare_state_tokenizer_processor_step</c>: a prompt of the
/// instruction and the normalised state, each number of which is one of 256 bins from -1 to 1; below them it is -1.
/// </summary>
/// <param name="context">What the file says of the step.</param>
/// <param name="end">What the prompt ends with.</param>
internal sealed class StatePromptProcessor(ProcessorStepContext context, string end) : IProcessorStep
{
    public const string Pi05Name = "pi05_prepare_state_tokenizer_processor_step";

    public const string Pi0FastName = "pi0_fast_prepare_state_tokenizer_processor_step";

    private const int Bins = 256;

    public void Process(Transition transition)
    {
        if (!transition.Observation.TryGetValue(FeatureNames.State, out var state))
            throw context.Invalid($"there is no '{FeatureNames.State}', which is a part of the prompt");
        using var scope = NewDisposeScope();
        float[] values = state.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        int length = values.Length / transition.Task.Count;
        transition.Task =
        [
            .. transition.Task.Select((task, row) =>
                $"Task: {Clean(task)}, State: {string.Join(' ', values.Skip(row * length).Take(length).Select(value => Bin(value).ToString(CultureInfo.InvariantCulture)))}{end}"),
        ];
    }

    /// <summary>
    /// How many of the edges -1, -1 + 1/128, ... are not above a value, less one: numpy's <c>digitize</c>, which counts all of
    /// them for what is no number.
    /// </summary>
    internal static int Bin(float value)
    {
        // Exact: a float times a power of two, as float64.
        double bin = Math.Floor(value * (double)(Bins / 2)) + Bins / 2;
        return double.IsNaN(bin) ? Bins - 1 : (int)Math.Clamp(bin, -1, Bins - 1);
    }

    private static string Clean(string task)
    {
        int start = 0;
        int stop = task.Length;
        while (start < stop && IsSpace(task[start]))
            start++;
        while (start < stop && IsSpace(task[stop - 1]))
            stop--;
        return task[start..stop].Replace('_', ' ').Replace('\n', ' ');
    }

    /// <summary>What Python's <c>strip</c> removes.</summary>
    private static bool IsSpace(char letter) => char.IsWhiteSpace(letter) || letter is >= '\u001c' and <= '\u001f';
}
