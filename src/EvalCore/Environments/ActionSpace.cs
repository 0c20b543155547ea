namespace EvalCore.Environments;

/// <summary>
/// An action space: Gymnasium's <c>Box</c>, with a name, a unit and a frame of reference per component.
/// </summary>
/// <param name="components">The components, in the order of the action's numbers.</param>
public sealed class ActionSpace(params IReadOnlyList<ActionComponent> components)
{
    /// <summary>The components, in the order of the action's numbers.</summary>
    public IReadOnlyList<ActionComponent> Components { get; } = components;

    /// <summary>The action dimension: the number of values of an action.</summary>
    public int Dimension => Components.Count;

    /// <summary>Checks an action.</summary>
    /// <param name="action">The action.</param>
    /// <param name="environment">The environment's name, for the message.</param>
    /// <exception cref="ArgumentException">
    /// The action has the wrong number of values, or one that is not finite.
    /// </exception>
    public void Check(ReadOnlySpan<double> action, string environment)
    {
        if (action.Length != Dimension)
            throw new ArgumentException($"An action of {environment} has {Dimension} numbers, not {action.Length}.");
        for (int i = 0; i < action.Length; i++)
        {
            if (!double.IsFinite(action[i]))
                throw new ArgumentException($"Number {i} of the action of {environment} is {action[i]}.");
        }
    }
}
