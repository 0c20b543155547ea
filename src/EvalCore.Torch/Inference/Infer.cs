using EvalCore.Environments;
using EvalCore.Policies;
using Safetensors;

namespace EvalCore.Torch.Inference;

/// <summary>
/// Runs a policy on stored observations, to compare it with another implementation step by step: <c>evalcore infer</c>.
/// </summary>
public static class Infer
{
    /// <summary>Runs it.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="warn">Takes one line for each thing the user should know.</param>
    /// <exception cref="EvalCoreException">
    /// The checkpoint, the observations or the draws are missing, damaged or do not go together.
    /// </exception>
    public static void Run(InferOptions options, Action<string> warn)
    {
        using var input = new StoredObservations(options.Input);
        string[] tasks = Tasks(options.Tasks, input);
        using var policy = LeRobotPolicy.Load(options.Policy, input.Space, actionDim: null, warn, source: options.Input);
        var draws = options.Draws is { } path ? RecordedDraws.Open(path, input.Episodes) : default((RecordedDraws Chunk, RecordedDraws Steps)?);

        var writer = new SafetensorsWriter();
        PredictChunk(policy, NewSessions(policy, options, tasks, draws?.Chunk), input, writer);
        try
        {
            SelectActions(policy, NewSessions(policy, options, tasks, draws?.Steps), input, writer);
        }
        catch (EvalCoreException e) when (draws is { Steps.ForTheChunk: true })
        {
            warn($"{e.Message}: they are for the chunk alone, so select.raw and select.post are left out");
        }

        writer.Save(options.Output);
    }

    private static string[] Tasks(IReadOnlyList<string> tasks, StoredObservations input) => tasks.Count switch
    {
        0 => [.. Enumerable.Repeat("", input.Episodes)],
        1 => [.. Enumerable.Repeat(tasks[0], input.Episodes)],
        _ when tasks.Count == input.Episodes => [.. tasks],
        _ => throw new EvalCoreException($"--task is given {tasks.Count} times; {input.Episodes} episodes need one for all or one for each"),
    };

    private static LeRobotSession[] NewSessions(LeRobotPolicy policy, InferOptions options, string[] tasks, RecordedDraws? draws) =>
    [
        .. tasks.Select((description, i) =>
        {
            var episode = new EpisodeSpec(new EnvTask("infer", "infer", 0, "infer", description), i, options.Policy.Seed + i);
            return draws is null ? policy.NewSession(episode) : policy.NewSession(episode, draws.OfEpisode(i));
        }).Cast<LeRobotSession>(),
    ];

    private static void PredictChunk(LeRobotPolicy policy, LeRobotSession[] sessions, StoredObservations input, SafetensorsWriter writer)
    {
        var observation = new Observation(input.Space);
        var raw = new List<float>();
        var post = new List<float>();
        for (int i = 0; i < sessions.Length; i++)
        {
            input.Read(0, i, observation);
            sessions[i].Observe(observation);
        }

        policy.Infer(sessions);
        foreach (var session in sessions)
        {
            float[] actions = new float[session.Chunk.Length];
            policy.Postprocess(session.Chunk, actions);
            raw.AddRange(session.Chunk);
            post.AddRange(actions);
            session.Dispose();
        }

        long steps = raw.Count / sessions.Length / policy.ActionDim;
        writer.Add<float>("chunk.raw", raw.ToArray(), sessions.Length, steps, policy.ActionDim);
        writer.Add<float>("chunk.post", post.ToArray(), sessions.Length, steps, policy.ActionDim);
    }

    private static void SelectActions(LeRobotPolicy policy, LeRobotSession[] sessions, StoredObservations input, SafetensorsWriter writer)
    {
        var observation = new Observation(input.Space);
        double[] action = new double[policy.ActionDim];
        var raw = new List<float>();
        var post = new List<float>();
        for (int step = 0; step < input.Steps; step++)
        {
            for (int i = 0; i < sessions.Length; i++)
            {
                if (!sessions[i].NeedsObservation)
                    continue;
                input.Read(step, i, observation);
                sessions[i].Observe(observation);
            }

            IPolicySession[] waiting = [.. sessions.Where(session => session.NeedsInference)];
            if (waiting.Length > 0)
                policy.Infer(waiting);
            foreach (var session in sessions)
            {
                raw.AddRange(session.NextRaw);
                session.Act(action);
                post.AddRange(action.Select(number => (float)number));
            }
        }

        foreach (var session in sessions)
            session.Dispose();
        writer.Add<float>("select.raw", raw.ToArray(), input.Steps, sessions.Length, policy.ActionDim);
        writer.Add<float>("select.post", post.ToArray(), input.Steps, sessions.Length, policy.ActionDim);
    }
}
