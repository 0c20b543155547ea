namespace EvalCore.Policies;

/// <summary>An episode's random numbers, drawn by someone else and recorded.</summary>
public interface IRandomDraws
{
    /// <summary>The next recorded tensor.</summary>
    /// <param name="shape">The shape that the policy draws for this episode alone.</param>
    /// <returns>The numbers, row-major. Categories are whole numbers.</returns>
    /// <exception cref="EvalCoreException">No tensor is left, or the next has another shape.</exception>
    float[] Next(ReadOnlySpan<long> shape);
}
