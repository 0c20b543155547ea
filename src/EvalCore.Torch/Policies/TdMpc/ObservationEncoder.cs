using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.TdMpc;

/// <summary>An observation to the latent state: the mean of what image, environment state and robot state give.</summary>
internal sealed class ObservationEncoder
{
    private static readonly int[] Kernels = [7, 5, 3, 3];

    private readonly (Tensor Weight, Tensor Bias)[] _convs = [];
    private readonly Linear? _imageLinear;
    private readonly LayerNorm? _imageNorm;
    private readonly VectorEncoder? _envState;
    private readonly VectorEncoder _state;

    /// <summary>Loads the encoder's tensors.</summary>
    /// <param name="config">The policy's configuration.</param>
    /// <param name="state">The encoder's part.</param>
    /// <param name="image">Height and width of the image; null without one.</param>
    public ObservationEncoder(TdMpcConfig config, StateDict state, (int Height, int Width)? image)
    {
        if (image is var (height, width))
        {
            var layers = state["image_enc_layers"];
            _convs = new (Tensor, Tensor)[Kernels.Length];
            var (rows, columns) = (height, width);
            for (int i = 0; i < Kernels.Length; i++)
            {
                if (Math.Min(rows, columns) < Kernels[i])
                    throw new EvalCoreException($"'{TdMpcConfig.Image}' is {height}x{width}, too small for the convolutions of TD-MPC's encoder");
                (rows, columns) = ((rows - Kernels[i]) / 2 + 1, (columns - Kernels[i]) / 2 + 1);
                int input = i == 0 ? 3 : config.ImageEncoderHiddenDim;
                _convs[i] = (layers[2 * i].Load("weight", config.ImageEncoderHiddenDim, input, Kernels[i], Kernels[i]), layers[2 * i].Load("bias", config.ImageEncoderHiddenDim));
            }

            long features = (long)config.ImageEncoderHiddenDim * rows * columns;
            if (config.InputFeatures[TdMpcConfig.Image].Shape is [_, var trainedHeight, var trainedWidth] && (height, width) != (trainedHeight, trainedWidth)
                && layers[9].Has("weight") && layers[9].Shape("weight")[^1] != features)
                throw new EvalCoreException($"{config.Folder.Config}: '{TdMpcConfig.Image}' is {trainedHeight}x{trainedWidth}, and TD-MPC resizes no image: it cannot read the {height}x{width} that it is given");
            _imageLinear = new Linear(layers[9], features, config.LatentDim);
            _imageNorm = new LayerNorm(layers[10], config.LatentDim);
        }

        if (config.EnvState is { } envState)
            _envState = new VectorEncoder(config, state["env_state_enc_layers"], config.InputFeatures[envState].Shape[0]);
        _state = new VectorEncoder(config, state["state_enc_layers"], config.RobotState!.Shape[0]);
    }

    /// <summary>[B, latent].</summary>
    public Tensor Forward(IReadOnlyDictionary<string, Tensor> observation, Action<string, Tensor>? hook)
    {
        var features = new List<Tensor>(3);
        if (_imageLinear is not null)
        {
            var x = observation[TdMpcConfig.Image];
            foreach (var (weight, bias) in _convs)
                x = Autocast.Conv2d(x, weight, bias, [2, 2]).relu_();
            features.Add(_imageNorm!.Forward(_imageLinear.Forward(x.flatten(1))).sigmoid_());
            hook?.Invoke("model._encoder.image_enc_layers", features[^1]);
        }

        if (_envState is not null)
        {
            features.Add(_envState.Forward(observation[TdMpcConfig.EnvironmentState]));
            hook?.Invoke("model._encoder.env_state_enc_layers", features[^1]);
        }

        features.Add(_state.Forward(observation[FeatureNames.State]));
        hook?.Invoke("model._encoder.state_enc_layers", features[^1]);
        var z = features.Count == 1 ? features[0] : stack(features, dim: 0).mean([0]);
        hook?.Invoke("model._encoder", z);
        return z;
    }

    private sealed class VectorEncoder(TdMpcConfig config, StateDict state, int inputs)
    {
        private readonly Linear _first = new(state[0], inputs, config.StateEncoderHiddenDim);
        private readonly Linear _second = new(state[2], config.StateEncoderHiddenDim, config.LatentDim);
        private readonly LayerNorm _norm = new(state[3], config.LatentDim);

        public Tensor Forward(Tensor x) => _norm.Forward(_second.Forward(Elu.Forward(_first.Forward(x)))).sigmoid_();
    }
}
