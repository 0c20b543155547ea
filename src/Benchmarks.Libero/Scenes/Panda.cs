using System.Xml.Linq;
using Benchmarks.MuJoCo;

namespace Benchmarks.Libero.Scenes;

/// <summary>
/// The robot: a Franka Panda with its gripper on a mount (robosuite 1.4.0, <c>models/robots/</c>, <c>models/grippers/</c>; LIBERO's
/// <c>MountedPanda</c> and <c>OnTheGroundPanda</c>).
/// </summary>
internal static class Panda
{
    private const double FrictionLoss = 0.1;
    private const double FirstArmature = 5;

    /// <summary>The damping of the arm's joints, N m s/rad.</summary>
    private static readonly double[] Damping = [0.1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01];

    /// <summary>Composes the robot where a workspace has it.</summary>
    /// <exception cref="EvalCore.EvalCoreException">A file is missing or damaged.</exception>
    public static MjcfPart Compose(Workspace workspace, SceneFiles files)
    {
        var robot = Read("robots/panda/robot.xml", "robot0_", "0 0.5 0 1", files);
        SetJoints(robot);

        var mount = Read(workspace.Mount.File, "mount0_", "0.5 0.5 0 1", files);
        var mountBody = mount.World.Element("body") ?? throw mount.Lacks("body", "base");
        var mountPosition = MjcfText.Vector(mountBody, "pos", mount.File);
        mountBody.SetAttributeValue("pos", MjcfText.Of(Vec3.Zero - workspace.Mount.TopOffset));
        var robotBody = robot.Body("robot0_base");
        robot.Merge(mount, robotBody);

        var gripper = Read("grippers/panda_gripper.xml", "gripper0_", "0 0 0.5 1", files);
        robot.Merge(gripper, robot.Body("robot0_right_hand"));

        // The mount's foot is at the given position, and the robot as much above it as the mount is high.
        robotBody.SetAttributeValue("pos", MjcfText.Of(workspace.RobotPosition - (mountPosition - workspace.Mount.TopOffset)));
        return robot;
    }

    private static MjcfPart Read(string file, string prefix, string collisionColour, SceneFiles files) => MjcfPart
        .Read(files.OfRobosuite(file), files)
        .NameGeoms()
        .AddPrefix(prefix)
        .RecolourCollisionGeoms(collisionColour);

    private static void SetJoints(MjcfPart robot)
    {
        foreach (var (joint, i) in robot.World.Descendants("joint").Take(Damping.Length).Select((joint, i) => (joint, i)))
        {
            SetIfAbsent(joint, "frictionloss", FrictionLoss);
            SetIfAbsent(joint, "armature", FirstArmature / (i + 1));
            joint.SetAttributeValue("damping", MjcfText.Of(Damping[i]));
        }
    }

    private static void SetIfAbsent(XElement element, string attribute, double value)
    {
        if (element.Attribute(attribute) is null)
            element.SetAttributeValue(attribute, MjcfText.Of(value));
    }
}
