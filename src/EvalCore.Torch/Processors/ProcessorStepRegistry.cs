namespace EvalCore.Torch.Processors;

/// <summary>
/// The processor steps that a checkpoint's pipelines may have, by the <c>registry_name</c> in the pipeline's file: LeRobot's
/// <c>ProcessorStepRegistry</c>.
/// </summary>
public sealed class ProcessorStepRegistry
{
    private readonly Dictionary<string, Func<ProcessorStepContext, IProcessorStep>> _steps = new()
    {
        // The harness has converted observations already, and they have a batch dimension.
        ["observation_processor"] = _ => new UnchangedProcessor(),
        ["to_batch_processor_action"] = _ => new UnchangedProcessor(),
        ["to_batch_processor_complementary_data"] = _ => new UnchangedProcessor(),
        ["to_batch_processor_observation"] = _ => new ToBatchProcessor(),
        ["IdentityProcessorStep"] = _ => new UnchangedProcessor(),
        [RenameObservationsProcessor.Name] = context => new RenameObservationsProcessor(context),
        [ToBatchProcessor.Name] = _ => new ToBatchProcessor(),
        [DeviceProcessor.Name] = context => new DeviceProcessor(context),
        [NormalizerProcessor.Name] = context => new NormalizerProcessor(context),
        [UnnormalizerProcessor.Name] = context => new UnnormalizerProcessor(context),
        ["pi0_new_line_processor"] = _ => new NewLineProcessor(),
        ["smolvla_new_line_processor"] = _ => new NewLineProcessor(),
        [TokenizerProcessor.Name] = context => new TokenizerProcessor(context),
        [StatePromptProcessor.Pi05Name] = context => new StatePromptProcessor(context, ";\nAction: "),
        [StatePromptProcessor.Pi0FastName] = context => new StatePromptProcessor(context, ";\n"),
        [RelativeActionsProcessor.Name] = context => new RelativeActionsProcessor(context),
        [AbsoluteActionsProcessor.Name] = context => new AbsoluteActionsProcessor(context),
        [LiberoProcessor.Name] = _ => new LiberoProcessor(),
        [XVlaImageToFloatProcessor.Name] = context => new XVlaImageToFloatProcessor(context),
        [XVlaImageScaleProcessor.Name] = context => new XVlaImageScaleProcessor(context),
        [XVlaImageNetNormalizeProcessor.Name] = context => new XVlaImageNetNormalizeProcessor(context),
        [XVlaAddDomainIdProcessor.Name] = context => new XVlaAddDomainIdProcessor(context),
        [XVlaRotationProcessor.Name] = _ => new XVlaRotationProcessor(),

        // It tokenises actions, for training.
        ["action_tokenizer_processor"] = _ => new UnchangedProcessor(),
    };

    /// <summary>The names of LeRobot's classes, which a pipeline may state in place of a <c>registry_name</c>.</summary>
    private static readonly Dictionary<string, string> Classes = new()
    {
        ["RenameObservationsProcessorStep"] = RenameObservationsProcessor.Name,
        ["AddBatchDimensionProcessorStep"] = ToBatchProcessor.Name,
        ["AddBatchDimensionActionStep"] = "to_batch_processor_action",
        ["AddBatchDimensionObservationStep"] = "to_batch_processor_observation",
        ["AddBatchDimensionComplementaryDataStep"] = "to_batch_processor_complementary_data",
        ["DeviceProcessorStep"] = DeviceProcessor.Name,
        ["NormalizerProcessorStep"] = NormalizerProcessor.Name,
        ["UnnormalizerProcessorStep"] = UnnormalizerProcessor.Name,
        ["NewLineTaskProcessorStep"] = "smolvla_new_line_processor",
        ["Pi0NewLineProcessor"] = "pi0_new_line_processor",
        ["Pi05PrepareStateTokenizerProcessorStep"] = StatePromptProcessor.Pi05Name,
        ["Pi0FastPrepareStateAndLanguageTokenizerProcessorStep"] = StatePromptProcessor.Pi0FastName,
        ["RelativeActionsProcessorStep"] = RelativeActionsProcessor.Name,
        ["AbsoluteActionsProcessorStep"] = AbsoluteActionsProcessor.Name,
        ["ActionTokenizerProcessorStep"] = "action_tokenizer_processor",
        ["XVLAImageToFloatProcessorStep"] = XVlaImageToFloatProcessor.Name,
        ["XVLAImageScaleProcessorStep"] = XVlaImageScaleProcessor.Name,
        ["XVLAImageNetNormalizeProcessorStep"] = XVlaImageNetNormalizeProcessor.Name,
        ["XVLAAddDomainIdProcessorStep"] = XVlaAddDomainIdProcessor.Name,
        ["XVLARotation6DToAxisAngleProcessorStep"] = XVlaRotationProcessor.Name,
        ["TokenizerProcessorStep"] = TokenizerProcessor.Name,
        ["VanillaObservationProcessorStep"] = "observation_processor",
        ["IdentityProcessorStep"] = "IdentityProcessorStep",
    };

    /// <summary>
    /// The name under which a step is found that a pipeline names by its class: <c>lerobot.processor.X.DeviceProcessorStep</c>
    /// is <c>device_processor</c>. Classes of others keep their name.
    /// </summary>
    internal string NameOfClass(string path) =>
        !_steps.ContainsKey(path) && path.StartsWith("lerobot.", StringComparison.Ordinal)
            && Classes.TryGetValue(path[(path.LastIndexOf('.') + 1)..], out string? name) ? name : path;

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
        : throw new EvalCoreException($"{context.Path}: step '{context.Name}' is not known to this version; known are {string.Join(", ", _steps.Keys.Order(StringComparer.Ordinal))}");
}
