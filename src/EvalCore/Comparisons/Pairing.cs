namespace EvalCore.Comparisons;

/// <summary>How the episodes of two runs belong together.</summary>
public enum Pairing
{
    /// <summary>By task, seed and initial state: both episodes started from the same state.</summary>
    Seed,

    /// <summary>By task and index: a run does not record its seeds.</summary>
    Index,

    /// <summary>Not at all: the runs have different seeds.</summary>
    None,
}
