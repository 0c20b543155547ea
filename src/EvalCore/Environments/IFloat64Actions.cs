namespace EvalCore.Environments;

/// <summary>
/// An environment whose results depend on the type of an action's numbers, as numpy's do. A policy's are float32; a
/// recorded action's may be float64.
/// </summary>
public interface IFloat64Actions
{
    /// <summary>Plays one action of float64 numbers for one step, without rounding them to float32.</summary>
    /// <param name="action">One value per component of the action space.</param>
    /// <exception cref="ArgumentException">
    /// The action has the wrong number of values, or one that is not finite.
    /// </exception>
    /// <exception cref="InvalidOperationException">The environment must be reset first.</exception>
    StepResult StepFloat64(ReadOnlySpan<double> action);
}
