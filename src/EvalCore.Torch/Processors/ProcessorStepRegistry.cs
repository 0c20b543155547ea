namespace EvalCore.Torch.Processors;

/// <summary>
/// The processor steps that a checkpoint's pipelines may have, by the <c>registry_name</c> in the pipeline's file: LeRobot's
/// <c>ProcessorStepRegistry</c>.
/// </summary>
public sealed class ProcessorStepRegistry
{
    private readonly Dictionary<string, Func<ProcessorStepContext, IProcessorStep>> _steps = new()
    {
        [RenameObservationsProcessor.Name] = context => new RenameObservationsProcessor(context),
        [ToBatchProcessor.Name] = _ => new ToBatchProcessor(),
        [DeviceProcessor.Name] = context => new DeviceProcessor(context),
        [NormalizerProcessor.Name] = context => new NormalizerProcessor(context),
        [UnnormalizerProcessor.Name] = context => new UnnormalizerProcessor(context),
    };

    /// <summary>Adds a step.</summary>
    /// <param name="name">The step's <c>registry_name</c>, or its <c>class</c> where the file has no such name.</param>
    /// <param name="make">Makes the step from what the file says of it.</param>
    /// <exception cref="ArgumentException">There is already a step of this name.</exception>
    public ProcessorStepRegistry Add(string name, Func<ProcessorStepContext, IProcessorStep> make)
    {
        _steps.Add(name, make);
        return this;
    }

    /// <summary>Makes a step.</summary>
    /// <exception cref="EvalCoreException">No step has this name, or its configuration or its state is damaged.</exception>
    internal IProcessorStep Make(ProcessorStepContext context) => _steps.TryGetValue(context.Name, out var make)
        ? make(context)
        : throw new EvalCoreException($"{context.Path}: step '{context.Name}' is not known to this version");
}
