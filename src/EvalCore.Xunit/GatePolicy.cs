using System.Globalization;
using EvalCore.Assets;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Gates;
using EvalCore.Policies;

namespace EvalCore.Xunit;

/// <summary>
/// The policy of a gate, made when it is first asked for, after the files and engines that its suite needs and this machine
/// lacks have been fetched. Thread-safe.
/// </summary>
internal sealed class GatePolicy
{
    private readonly Lazy<IPolicy> _policy;
    private readonly List<string> _notes = [];

    /// <param name="gate">The gate.</param>
    /// <param name="registry">The suites of the program.</param>
    public GatePolicy(SuiteGate gate, Registry registry) => _policy = new(() =>
    {
        Fetch(gate.Options.Env, registry);
        return gate.Options.Policy.Make(gate.Options.PolicyContext(_notes.Add));
    });

    /// <summary>The policy.</summary>
    /// <exception cref="EvalCoreException">
    /// It does not start, or something cannot be fetched; each call throws the same exception.
    /// </exception>
    public IPolicy Policy => _policy.Value;

    /// <summary>Notes of making it, one line each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Whether it starts. The first call starts it.</summary>
    public bool Starts()
    {
        try
        {
            _ = Policy;
            return true;
        }
#pragma warning disable CA1031 // Any exception: a test case reports it.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private static void Fetch(EnvConfig env, Registry registry)
    {
        var store = AssetStore.Default;
        foreach (var set in env.Assets.Where(set => store.Find(set) is null))
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fetching {set.Title}, {set.Bytes / 1e6:0.0} MB"));
            store.Fetch(set).GetAwaiter().GetResult();
        }

        foreach (var engine in registry.MissingEngines(env.Type))
        {
            Console.Error.WriteLine($"fetching {engine.Name}");
            engine.Fetch!();
        }
    }

    /// <summary>Disposes the policy if it was made.</summary>
    public void Dispose()
    {
        if (_policy.IsValueCreated)
            _policy.Value.Dispose();
    }
}
