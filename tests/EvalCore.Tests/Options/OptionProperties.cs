using System.Globalization;
using EvalCore.Evaluation;
using EvalCore.Results;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace EvalCore.Tests.Options;

/// <summary>Properties that hold for every value, tested with random ones.</summary>
public sealed class OptionProperties
{
    private static EvalOptions Read(params string[] tokens) =>
        EvalOptions.Read(["--env.type=toy", "--policy.type=expert", .. tokens], ToySuite.Registry);

    [Property]
    public bool Numbers_are_read_back(double number)
    {
        string text = number.ToString("R", CultureInfo.InvariantCulture);
        if (!double.IsFinite(number))
            return Throws($"--env.friction={text}");
        return ((ToyConfig)Read($"--env.friction={text}").Env).Friction.Equals(number);
    }

    [Property]
    public bool Strings_are_read_back(NonNull<string> text) =>
        text.Get is "null" or "None" || text.Get.Contains('\0', StringComparison.Ordinal) || ((ToyConfig)Read($"--env.camera_name={text.Get}").Env).CameraName == text.Get;

    [Property]
    public bool Lists_are_read_back(int[] numbers) =>
        ((ToyConfig)Read($"--env.task_ids=[{string.Join(", ", numbers)}]").Env).TaskIds!.SequenceEqual(numbers);

    [Property]
    public bool The_order_of_flags_does_not_matter(NonNegativeInt seed, PositiveInt episodes)
    {
        string[] flags = [$"--seed={seed.Get}", $"--eval.n_episodes={episodes.Get}", "--eval.batch_size=1"];
        var (a, b) = (Read(flags), Read([.. flags.Reverse()]));
        return a.Seed == b.Seed && a.Eval.NEpisodes == b.Eval.NEpisodes;
    }

    [Property]
    public Property Every_shard_of_a_run_is_read() =>
        Prop.ForAll(
            Gen.Choose(1, 40).ToArbitrary(),
            count => Enumerable.Range(0, count).All(i => Read($"--shard={i}/{count}").Shard == new Shard(i, count))
                && Throws($"--shard={count}/{count}"));

    /// <summary>A flag with one missing letter is reported with the correct name.</summary>
    [Property]
    public Property A_flag_with_a_missing_letter_gets_a_suggestion() =>
        Prop.ForAll(
            (from name in Gen.Elements("eval.n_episodes", "eval.batch_size", "policy.device", "env.camera_name", "output_dir", "rename_map")
             from at in Gen.Choose(0, name.Length - 1)
             select (Name: name, Typo: name.Remove(at, 1))).ToArbitrary(),
            typo => Message($"--{typo.Typo}=1").EndsWith($"did you mean '--{typo.Name}'?", StringComparison.Ordinal));

    private static bool Throws(string token) => Message(token).Length > 0;

    private static string Message(string token)
    {
        try
        {
            Read(token);
            return "";
        }
        catch (EvalCoreException e)
        {
            return e.Message;
        }
    }
}
