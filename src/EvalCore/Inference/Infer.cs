using EvalCore.Environments;
using EvalCore.Files;
using EvalCore.Policies;
using Safetensors;

namespace EvalCore.Inference;

/// <summary>
/// Runs a policy on stored observations, to compare it with another implementation step by step: <c>evalcore infer</c>.
/// </summary>
public static class Infer
{
    /// <summary>Runs the policy and writes its chunks and actions.</summary>
    /// <param name="config">The policy's flags.</param>
    /// <param name="options">The files, tasks and seed.</param>
    /// <param name="warn">Receives notes for the user, one line each.</param>
    /// <exception cref="EvalCoreException">
    /// The policy, the observations or the draws are missing or damaged, or do not fit together.
    /// </exception>
    /// <exception cref="SafetensorsException">A file cannot be read or written.</exception>
    public static void Run(PolicyConfig config, InferOptions options, Action<string> warn)
    {
        using var input = new StoredObservations(options.Input);
        OutputFile.Check("--output", options.Output, "a safetensors file", ".safetensors");
        string[] tasks = Tasks(options.Tasks, input);
        var context = new PolicyContext(input.Space) { Source = options.Input, RenameMap = options.RenameMap, Warn = warn };
        using var made = config.Make(context);
        var policy = made as IInspectablePolicy ?? throw new EvalCoreException(
            $"--policy.type: policies of type '{made.Type}' cannot be run on stored observations");
        if (options.Tasks.Count == 0 && policy.ReadsInstruction)
            warn("--task is not given: the policy reads an instruction, and gets an empty one");
        var draws = options.Draws is { } path ? RecordedDraws.Open(path, input.Episodes) : default((RecordedDraws Chunk, RecordedDraws Steps)?);

        var writer = new SafetensorsWriter();
        bool areFinite = PredictChunk(policy, NewSessions(policy, options, tasks, draws?.Chunk), input, writer);
        try
        {
            areFinite &= SelectActions(policy, NewSessions(policy, options, tasks, draws?.Steps), input, writer);
        }
        catch (EvalCoreException e) when (draws is { Steps.ForTheChunk: true })
        {
            warn($"{e.Message}; the draws were recorded for the chunk only, so select.raw and select.post are not written");
        }

        if (!areFinite)
            warn("some actions are not finite: the policy's weights or its normalisation statistics are damaged, or the input is");
        writer.Save(options.Output);
    }

    private static string[] Tasks(IReadOnlyList<string> tasks, StoredObservations input) => tasks.Count switch
    {
        0 => [.. Enumerable.Repeat("", input.Episodes)],
        1 => [.. Enumerable.Repeat(tasks[0], input.Episodes)],
        _ when tasks.Count == input.Episodes => [.. tasks],
        _ => throw new EvalCoreException($"--task is given {tasks.Count} times; give it once, or once for each of the {input.Episodes} episodes"),
    };

    private static IInspectableSession[] NewSessions(IInspectablePolicy policy, InferOptions options, string[] tasks, RecordedDraws? draws) =>
    [
        .. tasks.Select((description, i) => policy.NewSession(
            new EnvTask("infer", "infer", 0, "infer", description).Episode(i, options.Seed), draws?.OfEpisode(i))),
    ];

    /// <summary>Writes the chunks; whether all their numbers are finite.</summary>
    private static bool PredictChunk(IInspectablePolicy policy, IInspectableSession[] sessions, StoredObservations input, SafetensorsWriter writer)
    {
        var observation = new Observation(input.Space);
        var raw = new List<float>();
        var post = new List<float>();
        for (int i = 0; i < sessions.Length; i++)
        {
            input.Read(0, i, observation);
            sessions[i].Observe(observation);
        }

        policy.Infer(sessions, CancellationToken.None);
        foreach (var session in sessions)
        {
            raw.AddRange(session.RawChunk);
            post.AddRange(session.Chunk);
            session.Dispose();
        }

        // Steps between the policy and its environment may give an action another length.
        long steps = post.Count / sessions.Length / policy.ActionDimension;
        writer.Add<float>("chunk.raw", raw.ToArray(), sessions.Length, steps, raw.Count / sessions.Length / steps);
        writer.Add<float>("chunk.post", post.ToArray(), sessions.Length, steps, policy.ActionDimension);
        return post.TrueForAll(float.IsFinite);
    }

    /// <summary>Writes the actions of all steps; whether all their numbers are finite.</summary>
    private static bool SelectActions(IInspectablePolicy policy, IInspectableSession[] sessions, StoredObservations input, SafetensorsWriter writer)
    {
        var observation = new Observation(input.Space);
        double[] action = new double[policy.ActionDimension];
        var raw = new List<float>();
        var post = new List<float>();
        for (int step = 0; step < input.Steps; step++)
        {
            for (int i = 0; i < sessions.Length; i++)
            {
                if (!sessions[i].NeedsObservation && !sessions[i].NeedsVectors)
                    continue;
                input.Read(step, i, observation);
                if (sessions[i].NeedsObservation)
                    sessions[i].Observe(observation);
                else
                    sessions[i].ObserveVectors(observation);
            }

            IPolicySession[] waiting = [.. sessions.Where(session => session.NeedsInference)];
            if (waiting.Length > 0)
                policy.Infer(waiting, CancellationToken.None);
            foreach (var session in sessions)
            {
                raw.AddRange(session.NextRawAction);
                session.Act(action);
                post.AddRange(action.Select(number => (float)number));
            }
        }

        foreach (var session in sessions)
            session.Dispose();
        writer.Add<float>("select.raw", raw.ToArray(), input.Steps, sessions.Length, raw.Count / input.Steps / sessions.Length);
        writer.Add<float>("select.post", post.ToArray(), input.Steps, sessions.Length, policy.ActionDimension);
        return post.TrueForAll(float.IsFinite);
    }
}
