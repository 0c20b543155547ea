using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using EvalCore.Environments;

namespace EvalCore.Policies;

/// <summary>
/// A policy that is one class, as in Python. Derive from <see cref="ReactivePolicy"/>, which selects an action at each step, or
/// from <see cref="ChunkPolicy"/>, which predicts several at once, and register it: <c>registry.Add(new MyPolicy())</c>.
/// </summary>
/// <remarks>
/// Each episode has an object of its own, made with the constructor without parameters, so that fields are the episode's state
/// and no lock is needed; episodes are played on several threads at once. Public settable properties are flags
/// <c>--policy.&lt;name&gt;</c>, with the attributes that those of <see cref="PolicyConfig"/> have. Where objects share something
/// large, for example a network, implement <see cref="IPolicy"/>, or keep it in a static field. A class that is
/// <see cref="IDisposable"/> is disposed when its episode is over.
/// </remarks>
public abstract class EpisodePolicy
{
    private const string Ending = "Policy";

    private protected EpisodePolicy()
    {
    }

    /// <summary>The value of <c>--policy.type</c>. By default the name of the class in snake case, without <c>Policy</c> at its end.</summary>
    public virtual string Type => JsonNamingPolicy.SnakeCaseLower.ConvertName(
        GetType().Name is var name && name.EndsWith(Ending, StringComparison.Ordinal) && name.Length > Ending.Length ? name[..^Ending.Length] : name);

    /// <summary>One line for <c>evalcore list</c>. By default that of the class's <see cref="DescriptionAttribute"/>.</summary>
    public virtual string Description => GetType().GetCustomAttribute<DescriptionAttribute>()?.Description ?? $"the class {GetType().Name}";

    /// <summary>
    /// The observations that the policy reads; null, the default, for all. An image that is not read is not rendered.
    /// </summary>
    public virtual IReadOnlyList<string>? ObservationKeys => null;

    /// <summary>The actions of the environment: their number, names, units and bounds.</summary>
    public ActionSpace ActionSpace { get; internal set; } = new();

    /// <summary>Whether the policy can play a suite; by default every one.</summary>
    /// <param name="env">The suite and its flags.</param>
    public virtual bool Plays(EnvConfig env) => true;

    /// <summary>
    /// Called once, before the first observation. Random numbers of the policy come from a generator with the seed
    /// <see cref="EpisodeSpec.PolicySeed"/>, so that they do not depend on which other episodes are in flight.
    /// </summary>
    /// <param name="episode">The episode: its task with the instruction, its seed.</param>
    public virtual void Reset(EpisodeSpec episode)
    {
    }

    /// <summary>The actions from an observation on.</summary>
    /// <param name="observation">The observation.</param>
    /// <param name="actions">Row-major [steps, action dimension]; allocated anew where it is too short.</param>
    /// <returns>How many actions there are.</returns>
    internal abstract int Plan(Observation observation, ref double[] actions);
}
