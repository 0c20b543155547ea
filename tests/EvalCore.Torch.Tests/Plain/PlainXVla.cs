using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EvalCore.Torch.Tests.Plain;

/// <summary>X-VLA in its simplest form.</summary>
internal sealed record PlainXVla(
    Weights W, int[] Depths, long[] Dims, int[] Heads, int[] Groups, int[] Kernels, int[] Strides, int[] Paddings, bool[] Prenorm, int Window,
    long Text, int TextLayers, int TextHeads, int Words, int TextPositions, int Positions, int Width, int Depth, int TransformerHeads, int Domains, int Prompts,
    int DimTime, int MaxLength, bool Hetero, int Chunk, int ActionDim, int Proprio, int Views, int Steps, int[] Grippers)
{
    /// <summary>The chunk, [B, chunk, action].</summary>
    public Tensor Forward(IReadOnlyList<Tensor> images, Tensor ids, Tensor state, Tensor domain, Tensor noise)
    {
        long batch = ids.shape[0];
        var tokens = Project(Vision(stack(images, 1).flatten(0, 1)));
        tokens = tokens.reshape(batch, images.Count, tokens.shape[1], Text);
        tokens = cat([tokens, zeros(batch, Views - images.Count, tokens.shape[2], Text)], 1);
        var encoded = Encode(cat([tokens.select(1, 0), W.Embedding("model.vlm.language_model.encoder.embed_tokens", ids, Words, Text)], 1));
        var others = tokens.slice(1, 1, Views, 1).flatten(1, 2);
        var proprio = state.clone();
        foreach (int gripper in Grippers)
            proprio.select(1, gripper).fill_(0);

        var actions = zeros_like(noise);
        for (int i = Steps; i > 0; i--)
        {
            float t = (float)(i / (double)Steps);
            var noisy = noise * t + actions * (1 - t);
            foreach (int gripper in Grippers)
                noisy.select(2, gripper).fill_(0);
            actions = Transformer(noisy, proprio, t, encoded, others, domain);
        }

        foreach (int gripper in Grippers)
            actions.select(2, gripper).copy_(actions.select(2, gripper).sigmoid());
        return actions;
    }

    private Tensor Vision(Tensor x)
    {
        const string Name = "model.vlm.vision_tower";
        for (int s = 0; s < Depths.Length; s++)
        {
            if (Prenorm[s])
                x = Norm($"{Name}.convs.{s}.norm", x);
            x = F.conv2d(
                x, W[$"{Name}.convs.{s}.conv.weight", Dims[s], x.shape[1], Kernels[s], Kernels[s]], W[$"{Name}.convs.{s}.conv.bias", Dims[s]],
                [Strides[s], Strides[s]], [Paddings[s], Paddings[s]]);
            if (!Prenorm[s])
                x = Norm($"{Name}.convs.{s}.norm", x);
            for (int i = 0; i < Depths[s]; i++)
            {
                int heads = Heads[s], groups = Groups[s];
                x = Block($"{Name}.blocks.{s}.{i}.spatial_block", x, (name, map) => WindowAttention($"{name}.window_attn", map, heads));
                x = Block($"{Name}.blocks.{s}.{i}.channel_block", x, (name, map) => ChannelAttention($"{name}.channel_attn", map, groups));
            }
        }

        return x;

        Tensor Norm(string name, Tensor map) => W.LayerNorm(name, map.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
    }

    /// <summary>[N, C, H, W] to the same; the attention is of [N, H, W, C].</summary>
    private Tensor Block(string name, Tensor x, Func<string, Tensor, Tensor> attention)
    {
        long channels = x.shape[1];
        x = x + Depthwise($"{name}.conv1", x);
        var map = x.permute(0, 2, 3, 1);
        map = map + attention(name, W.LayerNorm($"{name}.norm1", map));
        x = map.permute(0, 3, 1, 2);
        x = x + Depthwise($"{name}.conv2", x);
        map = x.permute(0, 2, 3, 1);
        var hidden = F.gelu(W.Linear($"{name}.ffn.fc1", W.LayerNorm($"{name}.norm2", map), 4 * channels));
        return (map + W.Linear($"{name}.ffn.fc2", hidden, channels)).permute(0, 3, 1, 2);

        Tensor Depthwise(string conv, Tensor y) =>
            F.conv2d(y, W[$"{conv}.weight", channels, 1, 3, 3], W[$"{conv}.bias", channels], padding: [1, 1], groups: channels);
    }

    private Tensor WindowAttention(string name, Tensor x, int heads)
    {
        var (batch, height, width, channels) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        var (rows, columns) = ((height + Window - 1) / Window, (width + Window - 1) / Window);
        x = F.pad(x, [0, 0, 0, columns * Window - width, 0, rows * Window - height]);
        x = x.reshape(batch, rows, Window, columns, Window, channels).permute(0, 1, 3, 2, 4, 5).reshape(-1, Window * Window, channels);
        x = Attention(name, x, heads);
        x = x.reshape(batch, rows, columns, Window, Window, channels).permute(0, 1, 3, 2, 4, 5).reshape(batch, rows * Window, columns * Window, channels);
        return x.slice(1, 0, height, 1).slice(2, 0, width, 1);
    }

    private Tensor Attention(string name, Tensor x, int heads)
    {
        long width = x.shape[2];
        var parts = W.Linear($"{name}.qkv", x, 3 * width).reshape(x.shape[0], x.shape[1], 3, heads, -1).permute(2, 0, 3, 1, 4).unbind(0);
        var y = F.scaled_dot_product_attention(parts[0], parts[1], parts[2]);
        return W.Linear($"{name}.proj", y.transpose(1, 2).flatten(2), width);
    }

    private Tensor ChannelAttention(string name, Tensor x, int groups)
    {
        long channels = x.shape[3];
        var flat = x.flatten(1, 2);
        var parts = W.Linear($"{name}.qkv", flat, 3 * channels).reshape(flat.shape[0], flat.shape[1], 3, groups, -1).permute(2, 0, 3, 4, 1).unbind(0);
        var scores = (parts[0] * Math.Pow(flat.shape[1], -0.5)).matmul(parts[1].transpose(2, 3)).softmax(-1);
        return W.Linear($"{name}.proj", scores.matmul(parts[2]).permute(0, 3, 1, 2).reshape(flat.shape), channels).reshape(x.shape);
    }

    private Tensor Project(Tensor map)
    {
        const string Name = "model.vlm.multi_modal_projector";
        var (channels, height, width) = (map.shape[1], map.shape[2], map.shape[3]);
        var columns = W[$"{Name}.image_position_embed.column_embeddings.weight", Positions, channels - channels / 2].slice(0, 0, width, 1);
        var rows = W[$"{Name}.image_position_embed.row_embeddings.weight", Positions, channels / 2].slice(0, 0, height, 1);
        var x = map.permute(0, 2, 3, 1)
            + cat([columns.unsqueeze(0).expand(height, -1, -1), rows.unsqueeze(1).expand(-1, width, -1)], 2)
            + W[$"{Name}.visual_temporal_embed.pos_idx_to_embed", 100, channels][0];
        x = x.flatten(1, 2);
        x = cat([x.mean([1], keepdim: true), x], 1);
        return W.LayerNorm($"{Name}.image_proj_norm", F.linear(x, W[$"{Name}.image_projection.weight", Text, channels]));
    }

    private Tensor Encode(Tensor x)
    {
        const string Name = "model.vlm.language_model.encoder";
        x = x + W[$"{Name}.embed_positions.weight", TextPositions, Text].slice(0, 2, 2 + x.shape[1], 1);
        x = W.LayerNorm($"{Name}.layernorm_embedding", x);
        for (int i = 0; i < TextLayers; i++)
        {
            string layer = $"{Name}.layers.{i}";
            var parts = ((string[])["q_proj", "k_proj", "v_proj"])
                .Select(part => W.Linear($"{layer}.self_attn.{part}", x, Text).unflatten(2, [TextHeads, -1]).transpose(1, 2)).ToArray();
            var y = F.scaled_dot_product_attention(parts[0], parts[1], parts[2]).transpose(1, 2).flatten(2);
            x = W.LayerNorm($"{layer}.self_attn_layer_norm", x + W.Linear($"{layer}.self_attn.out_proj", y, Text));
            x = W.LayerNorm($"{layer}.final_layer_norm", x + W.Linear($"{layer}.fc2", F.gelu(W.Linear($"{layer}.fc1", x, 4 * Text)), Text));
        }

        return x;
    }

    private Tensor Transformer(Tensor noisy, Tensor proprio, float time, Tensor encoded, Tensor others, Tensor domain)
    {
        const string Name = "model.transformer";
        long batch = noisy.shape[0];
        int half = DimTime / 2;
        var phase = time * (-Math.Log(100) * arange(half).to(ScalarType.Float32) / half).exp();
        var embedded = cat([phase.cos(), phase.sin()]);
        var actions = cat([noisy, proprio.unsqueeze(1).expand(-1, Chunk, -1), embedded.expand(batch, Chunk, -1)], 2);
        var x = cat([OfDomain("action_encoder", actions, Width), Side("vlm_proj", encoded), Side("aux_visual_proj", others)], 1);
        x = x + W[$"{Name}.pos_emb", 1, MaxLength, Width].slice(1, 0, x.shape[1], 1);
        if (Prompts > 0)
            x = cat([x, W.Embedding($"{Name}.soft_prompt_hub", domain, Domains, Prompts * Width).reshape(batch, Prompts, Width)], 1);
        for (int i = 0; i < Depth; i++)
        {
            string block = $"{Name}.blocks.{i}";
            x = x + Attention($"{block}.attn", W.LayerNorm($"{block}.norm1", x), TransformerHeads);
            var hidden = F.gelu(W.Linear($"{block}.mlp.fc1", W.LayerNorm($"{block}.norm2", x), 4 * Width), GELU.Approximate.tanh);
            x = x + W.Linear($"{block}.mlp.fc2", hidden, Width);
        }

        return OfDomain("action_decoder", W.LayerNorm($"{Name}.norm", x.slice(1, 0, Chunk, 1)), ActionDim);

        Tensor Side(string name, Tensor y) => Hetero ? OfDomain(name, y, Width) : W.Linear($"{Name}.{name}", y, Width);

        Tensor OfDomain(string name, Tensor y, int outputs)
        {
            long inputs = y.shape[2];
            var weight = W.Embedding($"{Name}.{name}.fc", domain, Domains, inputs * outputs).reshape(batch, inputs, outputs);
            return y.matmul(weight) + W.Embedding($"{Name}.{name}.bias", domain, Domains, outputs).unsqueeze(1);
        }
    }
}
