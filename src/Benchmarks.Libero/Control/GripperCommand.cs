namespace Benchmarks.Libero.Control;

/// <summary>
/// The command of the two fingers, in [-1, 1] each, which moves towards open or closed a little at each sub-step (robosuite
/// 1.4.0, <c>models/grippers/panda_gripper.py</c>). From 0, the fingers are commanded fully open or closed after 100 sub-steps.
/// </summary>
internal struct GripperCommand
{
    private const double Speed = 0.01;

    /// <summary>The first finger: -1 closed, 1 open.</summary>
    public double Left { get; private set; }

    /// <summary>The second finger: 1 closed, -1 open.</summary>
    public double Right { get; private set; }

    /// <summary>Moves the command by one sub-step.</summary>
    /// <param name="action">Positive closes, negative opens, 0 changes nothing.</param>
    public void Move(double action)
    {
        int sign = action > 0 ? 1 : action < 0 ? -1 : 0;
        Left = Math.Clamp(Left - Speed * sign, -1, 1);
        Right = Math.Clamp(Right + Speed * sign, -1, 1);
    }
}
