namespace EvalCore.Torch.Processors;

/// <summary>LeRobot's normalisation modes, by their names in the files.</summary>
internal enum NormalizationMode
{
    /// <summary>Nothing is done.</summary>
    IDENTITY,

    /// <summary>(x - mean) / std.</summary>
    MEAN_STD,

    /// <summary>From [min, max] to [-1, 1].</summary>
    MIN_MAX,

    /// <summary>From [q01, q99] to [-1, 1], without clipping.</summary>
    QUANTILES,

    /// <summary>From [q10, q90] to [-1, 1], without clipping.</summary>
    QUANTILE10,
}
