using System.Globalization;
using EvalCore.Options;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace EvalCore.Tests.Options;

/// <summary>What holds for every value, not only for those in the examples.</summary>
public sealed class OptionProperties
{
    private static readonly Registry Registry = new Registry().Add(() => new ToyConfig()).Add(new ToyPolicies());

    private static EvalOptions Read(params string[] tokens) =>
        EvalOptions.Read(["--env.type=toy", "--policy.type=expert", .. tokens], Registry);

    [Property]
    public bool Numbers_are_read_back(double number)
    {
        string text = number.ToString("R", CultureInfo.InvariantCulture);
        if (!double.IsFinite(number))
            return Throws($"--env.friction={text}");
        return ((ToyConfig)Read($"--env.friction={text}").Env).Friction.Equals(number);
    }

    [Property]
    public bool Texts_are_read_back(NonNull<string> text) =>
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
    public Property Shards_cover_every_slice_once() =>
        Prop.ForAll(
            Gen.Choose(1, 40).ToArbitrary(),
            count => Enumerable.Range(0, count).All(i => Read($"--shard={i}/{count}").Shard == new Shard(i, count))
                && Throws($"--shard={count}/{count}"));

    /// <summary>One letter left out of a flag's name is told, with the name that was meant.</summary>
    [Property]
    public Property A_letter_left_out_is_found() =>
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
