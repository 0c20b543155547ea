using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote;

/// <summary>
/// Compares what a server states about its policy with the suite, before the first episode: an error where results would be
/// wrong, a note where they may be.
/// </summary>
internal static class Conventions
{
    private const string Libero = "libero";

    /// <exception cref="EvalCoreException">The policy does not fit the suite.</exception>
    public static void Check(RemotePolicy policy, PolicyContext context)
    {
        if (policy.IsOpenpi)
            CheckMetadata(policy, context);
        else
            CheckHello(policy, context);
    }

    /// <summary>openpi's metadata is free-form: these keys are what servers state in practice.</summary>
    private static void CheckMetadata(RemotePolicy policy, PolicyContext context)
    {
        if (policy.Hello["action_dim"] is long dimension && policy.Dimension is { } expected && dimension != expected)
            throw Wrong(policy, $"actions of {dimension} numbers", context, $"{expected}");
        if (policy.Hello["action_horizon"] is long horizon && policy.NActionSteps is { } steps && horizon < steps)
            throw new EvalCoreException($"{policy.Address}: the policy server states chunks of {horizon} actions, and {steps} are to be played before the next request: give --policy.n_action_steps={horizon}");
        if (policy.Hello["batch"] is long and > 0)
            throw new EvalCoreException($"{policy.Address}: the policy server wants requests in batches, which are not sent: start it without");
        if (context.Suite != Libero)
            return;
        var image = context.ObservationSpace.FirstOrDefault(field => field.Kind == ObservationKind.Image);
        if (image is { Shape: [not 256, ..] or [_, not 256, ..] })
        {
            policy.Warn(
                $"openpi's client renders images of 256 x 256 before it resizes them, and these are {image.Shape[0]} x {image.Shape[1]}: give --env.observation_height=256 --env.observation_width=256 for its results");
        }
    }

    private static void CheckHello(RemotePolicy policy, PolicyContext context)
    {
        var hello = policy.Hello;
        if (hello["protocol_version"] is long version && version != VersionHere)
            policy.Warn($"{policy.Address}: the server speaks version {version} of vla-eval's protocol, and this program version {VersionHere}");
        if (hello["observation_params"] is MessagePackMap asked)
            CheckParams(policy, context, asked);
        if (hello["action_spec"] is MessagePackMap actions)
            CheckActions(policy, context, actions);
        if (hello["observation_spec"] is MessagePackMap observations && policy.Mapping.StateLength is { } length)
        {
            foreach (var (key, part) in Parts(observations))
            {
                if (key is "state" or "states" && part["dims"] is long and > 0 and var dims && dims != length)
                    throw Wrong(policy, $"a state of {dims} numbers", context, $"{length}");
            }
        }
    }

    private static void CheckParams(RemotePolicy policy, PolicyContext context, MessagePackMap asked)
    {
        if (asked["absolute_action"] is true && context.Suite == Libero && context.ActionSpace is { } space && space.Components[0].IsRelative)
            throw new EvalCoreException($"{policy.Address}: the policy server states absolute actions, and libero's are relative: give --env.control_mode=absolute");
        if (asked["env_seed"] is long seed)
            policy.Warn($"{policy.Address}: the policy server asks for the environment's seed {seed}: give --seed={seed} for vla-eval's results");
        string[] known = ["send_wrist_image", "send_state", "quat_no_antipodal", "env_seed", "absolute_action"];
        string[] unknown = [.. asked.Entries.Select(entry => entry.Key.Text).Where(key => !known.Contains(key))];
        if (unknown.Length > 0 && context.Suite == Libero)
            policy.Warn($"{policy.Address}: the policy server asks for {string.Join(", ", unknown.Take(5))}, which has no effect here");
    }

    private static void CheckActions(RemotePolicy policy, PolicyContext context, MessagePackMap spec)
    {
        // A format says more than a number of values.
        if (context.Suite == Libero && context.ActionSpace is { } space)
            CheckFormats(policy, spec, space.Components[0].IsRelative);
        long sum = 0;
        bool isKnown = spec.Count > 0;
        foreach (var (_, part) in Parts(spec))
        {
            if (part["dims"] is long and > 0 and var dims)
                sum += dims;
            else
                isKnown = false;
        }

        if (isKnown && policy.Dimension is { } expected && sum != expected)
            throw Wrong(policy, $"actions of {sum} numbers", context, $"{expected}");
    }

    /// <summary>Compares the formats with LIBERO's: position, axis times angle, and a gripper that 1 closes.</summary>
    private static void CheckFormats(RemotePolicy policy, MessagePackMap spec, bool isRelative)
    {
        foreach (var (key, part) in Parts(spec))
        {
            string? reason = (key, part["format"] as string) switch
            {
                ("position", "absolute_xyz") when isRelative => "absolute positions, and libero's are relative: give --env.control_mode=absolute",
                ("position", "delta_xyz") when !isRelative => "relative positions, and libero's are absolute: leave out --env.control_mode",
                ("rotation", "euler_xyz" or "quaternion_xyzw" or "rot6d_interleaved") => $"rotations as {part["format"]}, and libero's are axis times angle",
                ("gripper", "binary_close_negative") => "a gripper that closes at -1, and libero's closes at 1",
                ("gripper", "continuous_01" or "binary_close_01") => $"a gripper from 0 to 1 ({part["format"]}), and libero's opens at -1",
                _ => null,
            };
            if (reason is not null)
                throw new EvalCoreException($"{policy.Address}: the policy server states {reason}");
        }
    }

    private const int VersionHere = Connections.VlaEvalConnection.ProtocolVersion;

    private static IEnumerable<(string Key, MessagePackMap Part)> Parts(MessagePackMap spec) =>
        spec.Entries.Where(entry => entry.Value is MessagePackMap).Select(entry => (entry.Key.Text, (MessagePackMap)entry.Value!));

    private static EvalCoreException Wrong(RemotePolicy policy, string states, PolicyContext context, string expected) =>
        new($"{policy.Address}: the policy server states {states}, and those of {context.Suite ?? "the environment"} have {expected}: it serves a policy for something else");
}
