using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Torch;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies.Pi0Fast;

namespace Torch.Benchmarks;

/// <summary>The small checkpoints of the reference data, one of each family, in the folder of <c>EVALCORE_MIRROR</c>.</summary>
internal static class ReferenceCheckpoint
{
    /// <summary>The families.</summary>
    public static string[] All { get; } = ["act", "diffusion", "vqbet", "tdmpc", "smolvla", "pi0", "pi05", "pi0_fast", "xvla"];

    private static string Policies => Path.Combine(
        Environment.GetEnvironmentVariable("EVALCORE_MIRROR") ?? throw new InvalidOperationException("EVALCORE_MIRROR names no folder"), "goldens", "policies");

    /// <summary>The folder of a tokenizer.</summary>
    public static string Tokenizer(string name) => Path.Combine(Policies, "tokenizers", name);

    /// <summary>Loads a family's checkpoint, and makes an observation of noise for it.</summary>
    public static (IPolicy Policy, Observation Observation) Load(string family)
    {
        var config = (LeRobotConfig)new Registry().Add(new LeRobotPolicies()).Recognize(Path.Combine(Policies, family, "checkpoint"));
        config.Device = DeviceName.Cpu;
        if (config is LanguageConfig language)
            language.TokenizerPath = Tokenizer(family switch { "smolvla" => "smolvlm2_like", "xvla" => "bart_like", _ => "paligemma_like" });
        if (config is Pi0FastConfig fast)
            (fast.ActionTokenizerName, fast.MaxDecodingSteps, fast.ValidateActionTokenPrefix) = (Tokenizer("fast_like"), 8, false);
        config.Validate();
        var fields = config.Inputs.Select(name => config.InputFeatures[name] is { Shape: [3, var height, var width] }
            ? ObservationField.Image(name, height, width)
            : ObservationField.Vector(name, config.InputFeatures[name].Shape[0]));
        var space = new ObservationSpace([.. fields]);
        var observation = new Observation(space);
        var random = new Random(1);
        for (int i = 0; i < space.Count; i++)
        {
            if (space[i].Kind == ObservationKind.Image)
                random.NextBytes(observation.Image(i));
            else
                observation.Vector(i).Fill(0.5);
        }

        return (config.Make(new PolicyContext(space)), observation);
    }
}
