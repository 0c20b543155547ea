using EvalCore.Environments;
using EvalCore.Options;

namespace EvalCore.Policies;

/// <summary>The source of a policy that is one class, for a registry or a suite.</summary>
/// <typeparam name="T">The class.</typeparam>
public sealed class EpisodePolicySource<T> : IPolicySource where T : EpisodePolicy, new()
{
    private readonly T _defaults;

    /// <summary>Makes the source.</summary>
    /// <param name="defaults">Has the defaults of the flags; null for those of the class.</param>
    /// <exception cref="ArgumentException">A property has the name of a flag that every policy has.</exception>
    public EpisodePolicySource(T? defaults = null)
    {
        _defaults = defaults ?? new T();
        var taken = OptionProperty.Of(typeof(PolicyConfig)).Select(property => property.Name).Append("path").Append("type");
        if (OptionProperty.Of(typeof(T)).FirstOrDefault(property => taken.Contains(property.Name)) is { } same)
            throw new ArgumentException($"{typeof(T).Name}: --policy.{same.Name} is a flag of every policy; give the property another name", nameof(defaults));
        Types = new Dictionary<string, string> { [_defaults.Type] = _defaults.Description };
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Types { get; }

    /// <inheritdoc/>
    public bool Plays(string type, EnvConfig env) => _defaults.Plays(env);

    /// <inheritdoc/>
    public PolicyConfig NewConfig(string type) => new Config(_defaults);

    /// <summary>An object with the flags' values of another.</summary>
    private static T Copy(T from)
    {
        var copy = new T();
        foreach (var property in OptionProperty.Of(typeof(T)))
            property.Copy(from, copy);
        return copy;
    }

    private sealed class Config(T defaults) : PolicyConfig
    {
        public override string Type => Policy.Type;

        /// <summary>Has the flags' values.</summary>
        [OptionsWithin]
        public T Policy { get; } = Copy(defaults);

        public override IPolicy Make(PolicyContext context)
        {
            var actions = context.ActionSpace ?? throw new EvalCoreException($"--policy.type={Type}: the policy plays in an environment only, and not on stored observations");
            foreach (string key in Policy.ObservationKeys ?? [])
            {
                if (context.ObservationSpace.IndexOf(key) < 0)
                {
                    throw new EvalCoreException(
                        $"{typeof(T).Name}: reads '{key}', but {context.Source} has only {string.Join(", ", context.ObservationSpace.Select(field => field.Key))}"
                        + (context.Choices.FirstOrDefault(choice => Policy.ObservationKeys!.All(name => choice.Value.IndexOf(name) >= 0)).Key is { } flag ? $"; give {flag}" : ""));
                }
            }

            return new Player(Policy, context.ObservationSpace, actions);
        }
    }

    /// <summary>Plays each episode with an object of its own.</summary>
    private sealed class Player(T policy, ObservationSpace observations, ActionSpace actions) : IPolicy
    {
        public string Type => policy.Type;

        public IReadOnlyList<string> ObservationKeys { get; } = policy.ObservationKeys ?? [.. observations.Select(field => field.Key)];

        /// <summary>The class, the build that has it, and the flags.</summary>
        public IReadOnlyDictionary<string, string> Provenance { get; } = new Dictionary<string, string>(
            OptionProperty.Of(typeof(T)).Select(property => KeyValuePair.Create($"--policy.{property.Name}", property.TextOf(policy)))
                .Prepend(KeyValuePair.Create("build", $"{typeof(T).Assembly.GetName().Name} {typeof(T).Module.ModuleVersionId}"))
                .Prepend(KeyValuePair.Create("class", typeof(T).FullName!)));

        public IPolicySession NewSession(EpisodeSpec episode) => new Session(policy, actions, episode);

        public void Dispose()
        {
        }
    }

    private sealed class Session : IPolicySession
    {
        private readonly EpisodeSpec _episode;
        private readonly T _policy;
        private double[] _actions = [];
        private int _next;
        private int _left;

        public Session(T policy, ActionSpace actions, EpisodeSpec episode)
        {
            _episode = episode;
            try
            {
                _policy = Copy(policy);
                _policy.ActionSpace = actions;
                _policy.Reset(episode);
            }
            catch (Exception e) when (IsOfThePolicy(e))
            {
                throw Failed(e);
            }
        }

        public bool NeedsObservation => _left == 0;

        public bool NeedsInference => false;

        public bool CanActAhead => true;

        public void Observe(Observation observation)
        {
            try
            {
                _left = _policy.Plan(observation, ref _actions);
                _next = 0;
            }
            catch (Exception e) when (IsOfThePolicy(e))
            {
                throw Failed(e);
            }
        }

        public void Act(Span<double> action)
        {
            _actions.AsSpan(_next, action.Length).CopyTo(action);
            _next += action.Length;
            _left--;
        }

        public void Dispose() => (_policy as IDisposable)?.Dispose();

        private static bool IsOfThePolicy(Exception e) => e is not (EvalCoreException or OperationCanceledException);

        private PolicyFailedException Failed(Exception e)
        {
            var cause = e is System.Reflection.TargetInvocationException { InnerException: { } inner } ? inner : e;
            return new PolicyFailedException($"{typeof(T).Name} failed in {_episode}: {cause.GetType().Name}: {EvalCoreException.Reason(cause)}", cause);
        }
    }
}
