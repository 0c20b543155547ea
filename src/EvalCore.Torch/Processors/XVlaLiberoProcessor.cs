using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// What X-VLA policies have in place of LeRobot's step for LIBERO (v0.6.1, <c>policies/xvla/processor_xvla.py</c>): only
/// <c>observation.images.image</c> is turned by 180 degrees, and the state is the gripper's position (m), the first two columns
/// of its rotation matrix, and eleven zeros.
/// </summary>
/// <remarks>
/// LeRobot's step gets what LIBERO gives. EvalCore's LIBERO has turned all images and made the state of other policies: the
/// images that X-VLA has as they were are turned back, and the position is the first three numbers of that state.
/// </remarks>
internal sealed class XVlaLiberoProcessor : IProcessorStep
{
    public const string Name = "xvla_libero_processor";

    /// <summary>The rotation matrix, [B, 9].</summary>
    public const string EefMatrix = LiberoProcessor.RobotState + "eef.mat";

    /// <summary>The length of the state, which is of two arms.</summary>
    public const int StateLength = 20;

    private const string TurnedImage = ObservedImages.Prefix + ".image";

    public void Process(Transition transition)
    {
        ObservedImages.Change(transition, null, (key, image) => key == TurnedImage ? image : image.flip(2, 3));
        if (!transition.Observation.Remove(EefMatrix, out var rotation))
            return;
        var position = transition.Observation[FeatureNames.State].narrow(-1, 0, 3);
        var columns = rotation.reshape(-1, 3, 3).narrow(-1, 0, 2).transpose(1, 2).reshape(-1, 6);
        transition.Observation[FeatureNames.State] = nn.functional.pad(cat([position, columns], -1), [0, StateLength - 9]);
    }
}
