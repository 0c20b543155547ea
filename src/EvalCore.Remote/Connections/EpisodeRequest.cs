using EvalCore.Environments;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Connections;

/// <summary>The observation that a session sends next, and its episode.</summary>
/// <param name="episode">The episode.</param>
/// <param name="keys">How arrays are written.</param>
internal sealed class EpisodeRequest(EpisodeSpec episode, ArrayKeys keys)
{
    /// <summary>The episode.</summary>
    public EpisodeSpec Episode { get; } = episode;

    /// <summary>
    /// The message: for openpi the observation's map; for vla-eval the beginning of an envelope, up to the observation's map.
    /// </summary>
    public MessagePackWriter Message { get; } = new(keys);

    /// <summary>Whether the server was told that the episode begins, where its protocol has a message for it.</summary>
    public bool HasStarted { get; set; }

    /// <summary>When the episode began; a <see cref="TimeProvider"/>'s time stamp.</summary>
    public long StartedAt { get; set; }
}
