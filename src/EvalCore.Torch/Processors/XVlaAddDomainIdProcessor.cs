using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary><c>xvla_add_domain_id</c>: says which of the network's soft prompts is used, int64 [B].</summary>
internal sealed class XVlaAddDomainIdProcessor(ProcessorStepContext context) : IProcessorStep
{
    public const string Name = "xvla_add_domain_id";

    /// <summary>What it writes.</summary>
    public const string Key = "domain_id";

    private readonly long _domain = context.Config<Fields>().DomainId;

    public void Process(Transition transition) =>
        transition.ComplementaryData[Key] = full(transition.Task.Count, Scalars.Of(_domain), dtype: ScalarType.Int64, device: context.Device);

    private sealed class Fields
    {
        public long DomainId { get; set; }
    }
}
