using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EvalCore.Environments;
using EvalCore.Files;
using EvalCore.Policies;
using EvalCore.Recording;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Faults;

/// <summary>A run of a few episodes of the toy suite, in a folder of its own, on a disk that may fail.</summary>
internal sealed partial class FaultyRun(string folder, int episodes, bool recordsSteps)
{
    public string Folder => folder;

    /// <summary>The episodes that the last attempt played.</summary>
    public IReadOnlyCollection<int> Played { get; private set; } = [];

    /// <summary>Plays or resumes, as the command does: what has no whole first line is begun anew.</summary>
    /// <returns>The exception that ended it; null where it was finished.</returns>
    public async Task<Exception?> Attempt(FaultyDisk disk)
    {
        using var policy = new Steady();
        try
        {
            using var run = new EvalRun(new WalkConfig { Task = "right", Conditions = 1 }, policy, new RolloutOptions
            {
                Eval = new EvalConfig
                {
                    NEpisodes = episodes, BatchSize = 1, UseAsyncEnvs = false, NEpisodesToRender = 0, Record = recordsSteps ? RecordedData.Steps : RecordedData.None,
                },
                OutputDir = folder,
                Resume = Journal.HasRun(folder),
                StepFormat = new DiskSteps(disk),
                Given = new JsonObject { ["seed"] = 1000 },
                Disk = disk,
            });
            await run.PlayAll();
            return null;
        }
        catch (Exception e) when (e is EvalCoreException or IOException)
        {
            return e;
        }
        finally
        {
            Played = [.. policy.Played];
        }
    }

    /// <summary>The finished episodes in the journal, in its order.</summary>
    public IReadOnlyList<int> Finished() => Journal.HasRun(folder) ? [.. Journal.Read(folder).Finished.Select(episode => episode.EpisodeIndex)] : [];

    /// <summary>The finished episodes that a resume does not play again: those with steps, where they are recorded.</summary>
    public IReadOnlyList<int> Kept()
    {
        if (!recordsSteps)
            return Finished();
        var recorded = StepRecorder.PartsOf(folder, new DiskSteps(Disk.Local)).SelectMany(part => part.Episodes())
            .Concat(StepRecorder.LogsOf(folder).SelectMany(StepLog.Read).Select(episode => episode.Key)).Select(key => key.Index).ToHashSet();
        return [.. Finished().Where(recorded.Contains)];
    }

    /// <summary>Everything in the result and in the steps that must not depend on faults: all but times.</summary>
    public string Result()
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, EvalInfo.FileName)))!;
        string text = Times().Replace(json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }), "TIME").Replace(folder, "FOLDER", StringComparison.Ordinal);
        string steps = string.Join('\n', Files().Where(file => Path.GetExtension(file) == ".json" && Path.GetFileName(Path.GetDirectoryName(file)) == StepRecorder.FolderName)
            .SelectMany(DiskSteps.Texts).Order());
        return $"{text}\n{steps}";
    }

    /// <summary>The names of the files, without the numbers and checksums of those with steps.</summary>
    public IReadOnlyList<string> Names() => [.. Files().Select(file => Number().Replace(Path.GetRelativePath(folder, file), "N"))];

    /// <summary>
    /// What a resume can depend on: the names and contents of all files, without times and without the order of the journal's lines. Files
    /// with steps count by their contents, as their numbers grow with each resume. The file of a lock that stays locks nothing.
    /// </summary>
    public string State() => string.Join('\n', Files().Where(file => Path.GetExtension(file) != ".lock").Select(file =>
    {
        string text = Content(file);
        return Path.GetFileName(file) == Journal.FileName ? string.Join('\n', text.Split('\n')[..^1].Distinct().Order().Append(text[(text.LastIndexOf('\n') + 1)..])) : text;
    }).Order());

    private string Content(string file)
    {
        string name = Number().Replace(Path.GetRelativePath(folder, file), "N"), extension = Path.GetExtension(file);
        return extension switch
        {
            ".log" => $"{name} {new FileInfo(file).Length} {StepLog.Read(file).Count}",
            _ => $"{name} {Numbers().Replace(Folders().Replace(UpToHole(File.ReadAllText(file)), "FOLDER"), "#")}",
        };
    }

    /// <summary>Copies the folder.</summary>
    public void CopyTo(string other)
    {
        Directory.CreateDirectory(other);
        foreach (string file in Files())
        {
            string copy = Path.Combine(other, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);

            // The file of a lock is empty, but has a random length of up to 2 GiB.
            if (Path.GetExtension(file) == ".lock")
                File.Create(copy).Dispose();
            else
                File.Copy(file, copy);
        }
    }

    /// <summary>What follows zero bytes depends on how many digits the times have.</summary>
    private static string UpToHole(string text) => text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var hole ? $"{text[..hole]}HOLE{(text[^1] == '\n' ? " and the end of a line" : "")}" : text;

    private string[] Files() => Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];

    /// <summary>Times and the checksums that contain them.</summary>
    [GeneratedRegex("""(?<="(?:\w+_s|elapsed_s|finished_at)":\s*)("[^"]*"|[\d.Ee+-]+)""")]
    private static partial Regex Times();

    [GeneratedRegex("""(?<="(?:\w+_s|finished_at|checksum)":\s*)("[^"]*"?|[\d.Ee+-]+)""")]
    private static partial Regex Numbers();

    /// <summary>The folder in which a file was written, of which this may be a copy.</summary>
    [GeneratedRegex(@"/[^""\s]*/(run\d+|whole|nothing)\b")]
    private static partial Regex Folders();

    [GeneratedRegex(@"(?<=steps/)\d+(-[0-9a-f]{16})?")]
    private static partial Regex Number();

    /// <summary>A policy that notes which episodes it plays.</summary>
    private sealed class Steady : IPolicy
    {
        public ConcurrentQueue<int> Played { get; } = [];

        public string Type => "steady";

        public IReadOnlyList<string> ObservationKeys => [];

        public IReadOnlyDictionary<string, string> Provenance { get; } = new Dictionary<string, string> { ["action"] = "0.5" };

        public IPolicySession NewSession(EpisodeSpec episode)
        {
            Played.Enqueue(episode.Index);
            return new Session();
        }

        public void Dispose()
        {
        }

        private sealed class Session : IPolicySession
        {
            public bool NeedsObservation => false;

            public bool NeedsInference => false;

            public void Observe(Observation observation)
            {
            }

            public void Act(Span<double> action) => action[0] = 0.5;

            public void Dispose()
            {
            }
        }
    }
}
