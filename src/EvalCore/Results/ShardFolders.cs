using System.Globalization;
using System.Text.Json.Nodes;

namespace EvalCore.Results;

/// <summary>The shards of one run in the folders of a folder: which are whole, partial or missing.</summary>
public sealed class ShardFolders
{
    /// <summary>The beginning of the name of a shard's folder in a folder of shards: <c>shard-3</c>.</summary>
    public const string Prefix = "shard-";

    private ShardFolders(IReadOnlyList<ShardFolder> shards) => Shards = shards;

    /// <summary>All shards, in order.</summary>
    public IReadOnlyList<ShardFolder> Shards { get; }

    /// <summary>The shards that have to be submitted: those that are partial or missing.</summary>
    public IReadOnlyList<int> ToSubmit => [.. Shards.Where(shard => shard.State is ShardState.Partial or ShardState.Missing).Select(shard => shard.Index)];

    /// <summary>Whether all shards are whole.</summary>
    public bool AreWhole => Shards.All(shard => shard.State == ShardState.Whole);

    /// <summary>Reads the folders in a folder.</summary>
    /// <param name="folder">A folder whose folders are the output folders of shards.</param>
    /// <param name="count">The number of shards, where it is known; null takes it from what is there.</param>
    /// <exception cref="EvalCoreException">
    /// There is no shard, or the shards are of different runs, or one shard is there twice; the message names the folders.
    /// </exception>
    public static ShardFolders Read(string folder, int? count = null)
    {
        List<Found> found = [.. Folders(folder).Select(Find).OfType<Found>()];
        List<Part> readable = [.. found.Select(shard => shard.Part).OfType<Part>()];
        if (count is null && readable.Count == 0)
            throw new EvalCoreException($"{folder}: has no folder with a shard of a run; name the folder that contains the output folders of the shards");
        foreach (var other in readable.Skip(1))
            AreOfOneRun(readable[0], other);
        int n = readable.Count > 0 ? readable[0].Count : count!.Value;
        if (count is { } expected && n != expected)
            throw new EvalCoreException($"{readable[0].Path}: is one of {n} shards, and {folder} was made for {expected}; they are of different runs");
        if (found.GroupBy(shard => shard.Folder.Index).FirstOrDefault(shards => shards.Count() > 1)?.Take(2).ToList() is [var one, var two])
            throw new EvalCoreException($"{one.Folder.Folder} and {two.Folder.Folder} are both shard {one.Folder.Index} of {n}; remove one of them");
        var there = found.ToDictionary(shard => shard.Folder.Index, shard => shard.Folder);
        return new ShardFolders([.. Enumerable.Range(0, n).Select(index => there.GetValueOrDefault(index) ?? new ShardFolder(index, ShardState.Missing))]);
    }

    private static IReadOnlyList<string> Folders(string folder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException e)
        {
            throw new EvalCoreException($"{folder}: there is no such folder; name the folder that contains the output folders of the shards", e);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead($"{folder}:", e);
        }
    }

    /// <summary>The shard in a folder; null where the folder has none.</summary>
    private static Found? Find(string path)
    {
        bool isFinished = File.Exists(Path.Combine(path, EvalInfo.FileName));
        if (!isFinished && !Journal.HasRun(path))
            return null;
        try
        {
            return isFinished ? Finished(path) : Playing(path);
        }
        catch (EvalCoreException e) when (IndexIn(Path.GetFileName(path)) is { } index)
        {
            return isFinished && OfJournal(path) is { } playing
                ? playing with { Folder = playing.Folder with { Problem = $"{e.Message}; its journal is whole, and submitting the shard again writes it anew" } }
                : new Found(new ShardFolder(index, ShardState.Damaged, path, Problem: $"{e.Message}; delete the folder {path}, and submit the shard again"), Part: null);
        }
    }

    /// <summary>The shard that a journal has beside a result that cannot be read; null where the journal cannot be read either.</summary>
    private static Found? OfJournal(string path)
    {
        try
        {
            return Journal.HasRun(path) ? Playing(path) : null;
        }
        catch (EvalCoreException)
        {
            return null;
        }
    }

    /// <summary>The number in the name of a shard's folder, which is all that is left of one whose files cannot be read.</summary>
    private static int? IndexIn(string name) => name.StartsWith(Prefix, StringComparison.Ordinal)
        && int.TryParse(name[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;

    private static Found? Finished(string path)
    {
        var info = EvalInfo.Load(Path.Combine(path, EvalInfo.FileName));
        if (info.Provenance is not { } provenance || provenance["merged"] is not null || Merge.Text(provenance["shard"]) is not { } text)
            return null;
        var shard = Shard.Parse(text, _ => null);
        long? planned = provenance[Merge.ShardEpisodes] is JsonValue value && value.TryGetValue(out long number) ? number : null;

        // An error is an episode that is over: only --eval.retry_errors plays it again.
        var state = info.Episodes.Count + info.Errors.Count >= (planned ?? 0) ? ShardState.Whole : ShardState.Partial;
        return new Found(
            new ShardFolder(shard.Index, state, path, info.Episodes.Count, info.Errors.Count),
            new Part(path, shard.Count, Merge.Identity(path, provenance), Merge.Text(provenance[Merge.EpisodesDigest])));
    }

    private static Found Playing(string path)
    {
        var (identity, options, episodes, _) = Journal.Read(path);
        var shard = Merge.Text(options["shard"]) is { } text ? Shard.Parse(text, _ => null) : Shard.Whole;

        // Of two records of one episode the later is valid.
        int over = episodes.DistinctBy(episode => episode.Key).Count();
        int errors = episodes.Reverse().DistinctBy(episode => episode.Key).Count(episode => episode.Error is not null);
        return new Found(new ShardFolder(shard.Index, ShardState.Partial, path, over - errors, errors), new Part(path, shard.Count, identity, Digest: null));
    }

    private static void AreOfOneRun(Part one, Part other)
    {
        string both = $"{one.Path} and {other.Path} are not shards of one run";
        if (one.Count != other.Count)
            throw new EvalCoreException($"{both}: one of {one.Count} and one of {other.Count}");
        if (one.Identity.Difference(other.Identity) is var (part, values))
            throw new EvalCoreException($"{both}: they differ in {part} ({values})");
        if (one.Digest is not null && other.Digest is not null && one.Digest != other.Digest)
            throw new EvalCoreException($"{both}: their episodes differ ({one.Digest} and {other.Digest}): --eval.n_episodes or --env.task are not the same");
    }

    /// <summary>What a folder has.</summary>
    /// <param name="Folder">The shard.</param>
    /// <param name="Part">What it is a part of; null where its files cannot be read.</param>
    private sealed record Found(ShardFolder Folder, Part? Part);

    /// <summary>What a shard is a part of.</summary>
    /// <param name="Path">Its folder.</param>
    /// <param name="Count">The number of shards.</param>
    /// <param name="Identity">The identity of the run.</param>
    /// <param name="Digest">The digest of the run's episodes; null where the files do not say.</param>
    private sealed record Part(string Path, int Count, RunIdentity Identity, string? Digest);
}
