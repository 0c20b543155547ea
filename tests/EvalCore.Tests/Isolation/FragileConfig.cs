using System.ComponentModel;
using EvalCore.Assets;
using EvalCore.Environments;

namespace EvalCore.Tests.Isolation;

/// <summary>
/// The flags of the toy suite walk with a simulator that breaks down at a chosen place, for tests of processes of environments: flags
/// reach another process, hooks do not.
/// </summary>
internal sealed class FragileConfig : EnvConfig
{
    public override string Type => "fragile";

    public override string Task { get; set; } = "left,right";

    public override int Fps { get; set; } = 10;

    /// <summary>What happens: none, a signal (<c>SIGSEGV</c>, <c>SIGABRT</c>, <c>SIGKILL</c>), exit, hang, throw or refuse.</summary>
    public string Trouble { get; set; } = "none";

    /// <summary>Where: make, reset, step, observe, conditions, snapshot, state, frame, warning, device or close.</summary>
    public string At { get; set; } = "step";

    /// <summary>In which episode of <c>left</c>; -1 for all.</summary>
    public int Episode { get; set; } = 1;

    /// <summary>In which step, from 1; 0 for the first call there is.</summary>
    public int Step { get; set; }

    /// <summary>A folder with a file for each time that it happened; empty where it happens each time.</summary>
    [Description("a folder")]
    public string Marks { get; set; } = "";

    /// <summary>How many times it happens.</summary>
    public int Times { get; set; } = 1;

    /// <summary>Whether the point starts from stored states.</summary>
    public bool HasInitStates { get; set; }

    public override IBenchmark Open(AssetStore assets) => new FragileBenchmark(this);
}
