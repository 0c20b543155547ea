namespace Benchmarks.MetaWorld.Tasks;

/// <summary>The result of a step: Meta-World's reward and <c>info</c>.</summary>
/// <param name="Reward">The reward, 0 to 10 (also <c>unscaled_reward</c>).</param>
/// <param name="Success"><c>success</c>.</param>
/// <param name="NearObject"><c>near_object</c>.</param>
/// <param name="GraspSuccess"><c>grasp_success</c>.</param>
/// <param name="GraspReward"><c>grasp_reward</c>.</param>
/// <param name="InPlaceReward"><c>in_place_reward</c>.</param>
/// <param name="ObjectToTarget"><c>obj_to_target</c>.</param>
internal readonly record struct Outcome(
    double Reward, bool Success, double NearObject, double GraspSuccess, double GraspReward, double InPlaceReward,
    double ObjectToTarget)
{
    public Outcome(
        NumpyScalar reward, bool success, bool nearObject, bool graspSuccess, NumpyScalar graspReward, double inPlaceReward,
        double objectToTarget)
        : this(
            reward.Value, success, nearObject ? 1 : 0, graspSuccess ? 1 : 0, graspReward.Value, inPlaceReward,
            objectToTarget)
    {
    }

    public Outcome(
        NumpyScalar reward, bool success, double nearObject, bool graspSuccess, NumpyScalar graspReward, double inPlaceReward,
        double objectToTarget)
        : this(reward.Value, success, nearObject, graspSuccess ? 1 : 0, graspReward.Value, inPlaceReward, objectToTarget)
    {
    }
}
