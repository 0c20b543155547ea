namespace EvalCore.Environments;

/// <summary>One number of an action.</summary>
/// <param name="Name">The coordinate or actuator that it controls, for example <c>x</c> or <c>gripper</c>.</param>
/// <param name="Unit">Its unit, for example <c>px</c>, <c>cm</c>, <c>rad</c>; empty for a number without a unit.</param>
/// <param name="Low">The declared lower bound. An environment may accept values outside.</param>
/// <param name="High">The declared upper bound.</param>
/// <param name="IsRelative">True for a change relative to the current value, false for an absolute target.</param>
public sealed record ActionComponent(string Name, string Unit, double Low, double High, bool IsRelative);
