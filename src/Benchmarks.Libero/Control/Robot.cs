using MuJoCo;

namespace Benchmarks.Libero.Control;

/// <summary>Where the Panda arm and its gripper are in a model (robosuite 1.4.0, <c>robots/panda</c>, <c>panda_gripper.py</c>).</summary>
internal sealed class Robot
{
    /// <summary>The joints of the arm.</summary>
    public const int Joints = 7;

    /// <summary>The fingers of the gripper.</summary>
    public const int Fingers = 2;

    /// <summary>Finds the robot in a model.</summary>
    /// <exception cref="KeyNotFoundException">The model has no such robot.</exception>
    public Robot(MjModel model)
    {
        // The joints of the arm follow each other in qpos and in qvel, and so do the motors in ctrl.
        int joint = model.Id(mjtObj.mjOBJ_JOINT, "robot0_joint1");
        Qpos = model.jnt_qposadr[joint];
        Dof = model.jnt_dofadr[joint];
        int finger = model.Id(mjtObj.mjOBJ_JOINT, "gripper0_finger_joint1");
        FingerQpos = model.jnt_qposadr[finger];
        FingerDof = model.jnt_dofadr[finger];
        GripSite = model.Id(mjtObj.mjOBJ_SITE, "gripper0_grip_site");
        Hand = model.Id(mjtObj.mjOBJ_BODY, "robot0_right_hand");
        Motor = ActuatorOf(model, joint);
        FingerActuator = ActuatorOf(model, finger);
    }

    /// <summary>The positions of the arm's joints at a reset, radians.</summary>
    public static ReadOnlySpan<double> StartQpos =>
        [0, -1.61037389e-01, 0, -2.44459747e+00, 0, 2.22675220e+00, Math.PI / 4];

    /// <summary>The positions of the fingers at a reset, metres.</summary>
    public static ReadOnlySpan<double> StartFingerQpos => [0.020833, -0.020833];

    /// <summary>The index of the first joint of the arm in <c>qpos</c>.</summary>
    public int Qpos { get; }

    /// <summary>The index of the first joint of the arm in <c>qvel</c>.</summary>
    public int Dof { get; }

    /// <summary>The index of the first finger in <c>qpos</c>.</summary>
    public int FingerQpos { get; }

    /// <summary>The index of the first finger in <c>qvel</c>.</summary>
    public int FingerDof { get; }

    /// <summary>The site between the fingers, which the controller moves.</summary>
    public int GripSite { get; }

    /// <summary>The body whose orientation is observed.</summary>
    public int Hand { get; }

    /// <summary>The index of the arm's first motor in <c>ctrl</c>.</summary>
    public int Motor { get; }

    /// <summary>The index of the first finger's position actuator in <c>ctrl</c>.</summary>
    public int FingerActuator { get; }

    private static int ActuatorOf(MjModel model, int joint)
    {
        for (int i = 0; i < model.nu; i++)
        {
            if (model.actuator_trntype[i] == (int)mjtTrn.mjTRN_JOINT && model.actuator_trnid[2 * i] == joint)
                return i;
        }

        throw new KeyNotFoundException($"no actuator of the model moves {model.Id2Name(mjtObj.mjOBJ_JOINT, joint)}");
    }
}
