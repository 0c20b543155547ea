namespace EvalCore.Torch.Processors;

/// <summary>A step of LeRobot's that changes nothing of what an evaluation here gives it.</summary>
internal sealed class UnchangedProcessor : IProcessorStep
{
    public void Process(Transition transition)
    {
    }
}
