namespace EvalCore.Onnx;

/// <summary>How the numbers of a feature are normalised: LeRobot's <c>NormalizationMode</c>.</summary>
internal enum NormalizationMode
{
    /// <summary>Not at all. The statistics are only compared with what a run observes and does.</summary>
    IDENTITY,

    /// <summary>(x - mean) / (std + eps).</summary>
    MEAN_STD,

    /// <summary>2 (x - min) / (max - min) - 1.</summary>
    MIN_MAX,

    /// <summary>2 (x - q01) / (q99 - q01) - 1.</summary>
    QUANTILES,

    /// <summary>2 (x - q10) / (q90 - q10) - 1.</summary>
    QUANTILE10,
}
