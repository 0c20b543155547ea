using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// What X-VLA policies have in place of <see cref="LiberoProcessor"/>: only <c>observation.images.image</c> is turned by 180
/// degrees, and the state is the gripper's position (m), the first two columns of its rotation matrix, and eleven zeros.
/// </summary>
internal sealed class XVlaLiberoProcessor : IProcessorStep
{
    /// <summary>How many numbers describe one arm; the state is of two.</summary>
    private const long ArmLength = 10;

    public void Process(Transition transition)
    {
        ObservedImages.Change(transition, [ObservedImages.Prefix + ".image"], (_, image) => image.flip(2, 3));
        var position = transition.Observation[LiberoProcessor.RobotState + "eef.pos"].to(ScalarType.Float32);
        var matrix = transition.Observation[LiberoProcessor.RobotState + "eef.mat"].to(ScalarType.Float32).reshape(-1, 3, 3);
        var columns = matrix.narrow(-1, 0, 2).transpose(1, 2).reshape(-1, 6);
        transition.Observation[FeatureNames.State] = cat([position, columns, zeros(position.shape[0], 2 * ArmLength - 9, device: position.device)], -1);
        foreach (string key in transition.Observation.Keys.Where(key => key.StartsWith(LiberoProcessor.RobotState, StringComparison.Ordinal)).ToList())
            transition.Observation.Remove(key);
    }
}
