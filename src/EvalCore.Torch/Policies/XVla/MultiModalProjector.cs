using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.XVla;

/// <summary>Florence-2's way from a map of the vision tower to tokens: the mean of all positions, then each position.</summary>
internal sealed class MultiModalProjector
{
    private readonly Tensor _positions;
    private readonly Linear _imageProjection;
    private readonly LayerNorm _imageProjNorm;

    /// <summary>Loads the projector's tensors.</summary>
    /// <param name="state">Its part.</param>
    /// <param name="map">Height and width of a map.</param>
    /// <param name="channels">Channels of a map.</param>
    public MultiModalProjector(StateDict state, (long Height, long Width) map, long channels)
    {
        var embed = state["image_position_embed"];
        long half = channels / 2;
        var columns = embed["column_embeddings"].LoadTemporary("weight", -1, channels - half);
        var rows = embed["row_embeddings"].LoadTemporary("weight", -1, half);
        if (map.Width > columns.shape[0] || map.Height > rows.shape[0])
            throw new EvalCoreException($"{state.Paths[^1]}: has positions for maps of {rows.shape[0]}x{columns.shape[0]}, but the images give {map.Height}x{map.Width}; give smaller ones by --policy.resize_imgs_with_padding=[height,width]");
        var positions = cat(
            [
                columns.narrow(0, 0, map.Width).unsqueeze(0).expand(map.Height, -1, -1),
                rows.narrow(0, 0, map.Height).unsqueeze(1).expand(-1, map.Width, -1),
            ],
            dim: 2);
        var time = state["visual_temporal_embed"].LoadTemporary("pos_idx_to_embed", -1, channels);
        _positions = state.Keep(positions.Plus(time[0]));
        Width = state["image_proj_norm"].Shape("weight")[0];

        // Files of before LeRobot 0.6 have the transpose, see XVlaNetwork.
        _imageProjection = state.Has("image_projection")
            ? new Linear(state, state.LoadTemporary("image_projection", channels, Width).t().contiguous(), null)
            : new Linear(state["image_projection"], channels, Width, bias: false);
        _imageProjNorm = new LayerNorm(state["image_proj_norm"], Width);
    }

    /// <summary>Numbers of a token.</summary>
    public long Width { get; }

    /// <summary>How many tokens an image has.</summary>
    public long Tokens => 1 + _positions.shape[0] * _positions.shape[1];

    /// <summary>[N, H, W, C] to [N, 1 + H W, D].</summary>
    public Tensor Forward(Tensor map)
    {
        var x = map.Plus(_positions).flatten(1, 2);
        return _imageProjNorm.Forward(_imageProjection.Forward(cat([x.mean([1], keepdim: true), x], dim: 1)));
    }
}
