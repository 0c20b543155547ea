namespace EvalCore.Policies;

/// <summary>A session whose chunk and actions can be read in the policy's units.</summary>
public interface IInspectableSession : IPolicySession
{
    /// <summary>The last chunk that the network predicted, [steps, action dimension], in the policy's units.</summary>
    ReadOnlySpan<float> RawChunk { get; }

    /// <summary>The last chunk after the post-processor, in the environment's units.</summary>
    ReadOnlySpan<float> Chunk { get; }

    /// <summary>The action that <see cref="IPolicySession.Act"/> returns next, in the policy's units.</summary>
    ReadOnlySpan<float> NextRawAction { get; }
}
