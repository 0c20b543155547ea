using EvalCore.Gates;
using EvalCore.Policies;

namespace EvalCore.Xunit;

/// <summary>The policy of a gate, made when it is first asked for. Thread-safe.</summary>
internal sealed class GatePolicy
{
    private readonly Lazy<IPolicy> _policy;
    private readonly List<string> _notes = [];

    /// <param name="gate">The gate.</param>
    public GatePolicy(SuiteGate gate) => _policy = new(() => gate.Options.Policy.Make(gate.Options.PolicyContext(_notes.Add)));

    /// <summary>The policy.</summary>
    /// <exception cref="EvalCoreException">It does not start; each call throws the same exception.</exception>
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

    /// <summary>Disposes the policy if it was made.</summary>
    public void Dispose()
    {
        if (_policy.IsValueCreated)
            _policy.Value.Dispose();
    }
}
