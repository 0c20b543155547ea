namespace EvalCore.Statistics;

/// <summary>What a test of two rates looks for.</summary>
public enum Alternative
{
    /// <summary>The rates differ.</summary>
    TwoSided,

    /// <summary>The first rate is lower than the second.</summary>
    Less,

    /// <summary>The first rate is higher than the second.</summary>
    Greater,
}
