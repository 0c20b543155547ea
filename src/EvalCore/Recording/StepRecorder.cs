using System.Globalization;
using EvalCore.Environments;
using EvalCore.Files;

namespace EvalCore.Recording;

/// <summary>
/// Writes the steps of a run's finished episodes to the folder <c>steps</c> of its output folder. An episode is appended to a
/// log first (<see cref="StepLog"/>), before its line is written to the journal; a log that is long enough becomes a file of the
/// final format. So memory does not grow with the number of episodes, and a kill loses no finished one: a log's episodes, of
/// <see cref="DefaultPartBytes"/> and those that ended at the same time, are in memory until its file is written. Thread-safe.
/// </summary>
internal sealed class StepRecorder : IDisposable
{
    /// <summary>The folder's name in the output folder.</summary>
    public const string FolderName = "steps";

    /// <summary>The length of a log, in bytes, after which it becomes a file.</summary>
    public const long DefaultPartBytes = 8 << 20;

    private const string LogExtension = ".log";

    private readonly Lock _lock = new();
    private readonly Lock _making = new();
    private readonly string _folder;
    private readonly string _run;
    private readonly IStepFormat _format;
    private readonly long _partBytes;
    private readonly Disk _disk;
    private readonly HashSet<EpisodeKey> _stored = [];
    private readonly HashSet<StepLog> _full = [];
    private readonly Stack<StepRecording> _free = [];
    private StepLog? _log;
    private int _last;
    private bool _disposed;

    /// <summary>Opens the folder. What a killed run left in logs becomes a file.</summary>
    /// <param name="outputDir">The run's output folder.</param>
    /// <param name="format">The format of the files.</param>
    /// <param name="finished">The episodes in the journal; empty for a new run.</param>
    /// <param name="resume">Whether the run is resumed.</param>
    /// <param name="partBytes">The length of a log after which it becomes a file.</param>
    /// <param name="disk">The disk; null for <see cref="Disk.Local"/>.</param>
    /// <exception cref="EvalCoreException">The folder has steps of another run, or a file in it cannot be read or written.</exception>
    public StepRecorder(string outputDir, IStepFormat format, IReadOnlySet<EpisodeKey> finished, bool resume, long partBytes = DefaultPartBytes, Disk? disk = null)
    {
        (_folder, _run, _format, _partBytes, _disk) = (Path.Combine(outputDir, FolderName), outputDir, format, partBytes, disk ?? Disk.Local);
        try
        {
            Directory.CreateDirectory(_folder);
            _disk.Flush(outputDir);
            var parts = PartsOf(outputDir, format);
            var logs = LogsOf(outputDir);
            if (!resume && parts.Count > 0)
                throw new EvalCoreException($"--output_dir: {_folder} already contains steps of another run ({Path.GetFileName(parts[0].Path)}); delete it, or name another folder");
            _last = parts.Select(part => part.Number).Concat(logs.Select(NumberOf)).DefaultIfEmpty().Max();

            // Of a file that was being written when the run was killed. Its episodes are in its log, or are played again.
            foreach (string unfinished in Directory.GetFiles(_folder, $"*{StepPart.UnfinishedExtension}"))
                _disk.Delete(unfinished);
            foreach (string log in logs)
                Recover(log, finished);
            foreach (var part in PartsOf(outputDir, format))
                _stored.UnionWith(part.Episodes());
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotWrite($"--output_dir: {_folder}", e);
        }
    }

    /// <summary>The files with steps in an output folder, in the order they were written.</summary>
    public static IReadOnlyList<StepPart> PartsOf(string outputDir, IStepFormat format) => StepPart.In(Path.Combine(outputDir, FolderName), format);

    /// <summary>The logs in an output folder: those of a run that goes on, or that was killed.</summary>
    public static IReadOnlyList<string> LogsOf(string outputDir)
    {
        string folder = Path.Combine(outputDir, FolderName);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder).Where(file => NumberOf(file) > 0 && Path.GetExtension(file) == LogExtension).OrderBy(NumberOf)]
            : [];
    }

    /// <summary>Whether an episode's steps are stored.</summary>
    public bool Contains(EpisodeKey episode)
    {
        lock (_lock)
            return _stored.Contains(episode);
    }

    /// <summary>A recording for an episode. <see cref="Return"/> it, so that its buffer is used again.</summary>
    public StepRecording Rent(EpisodeSpec episode)
    {
        lock (_lock)
        {
            if (!_free.TryPop(out var recording))
                return new StepRecording(episode);
            recording.Episode = episode;
            return recording;
        }
    }

    /// <summary>Takes back a recording that is no longer needed.</summary>
    public void Return(StepRecording recording)
    {
        lock (_lock)
        {
            recording.Log = null;
            _free.Push(recording);
        }
    }

    /// <summary>Writes a finished episode, so that a kill does not lose it. Then its line may be written to the journal.</summary>
    /// <exception cref="EvalCoreException">It cannot be written, for example because the disk is full.</exception>
    public void Append(StepRecording recording)
    {
        try
        {
            lock (_lock)
            {
                if (_disposed)
                    throw new OperationCanceledException();
                if (_log is null)
                {
                    int number = ++_last;
                    _log = StepLog.Create(LogOf(number), number, _disk);
                    _disk.Flush(_folder);
                }

                _log.Append(recording);
                recording.Log = _log;
            }
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotWrite($"--eval.record: {_folder}", e);
        }
    }

    /// <summary>An appended episode is in the journal. When that fills a log, the log becomes a file on this thread.</summary>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public void Confirm(StepRecording recording)
    {
        StepLog? settled = null;
        lock (_lock)
        {
            var log = recording.Log!;
            log.Confirm();
            _stored.Add(recording.Episode.Key);
            if (log == _log && log.Length >= _partBytes)
            {
                _full.Add(log);
                _log = null;
            }

            if (log.IsSettled && _full.Remove(log))
                settled = log;
        }

        Return(recording);
        if (settled is not null)
            Make(settled);
    }

    /// <summary>Makes a file of the episodes that are in the journal so far.</summary>
    /// <exception cref="EvalCoreException">It cannot be written.</exception>
    public void Flush()
    {
        StepLog? log = null;
        lock (_lock)
        {
            // A log with an episode that waits for its journal line becomes a file when the line is written.
            if (_log is { IsSettled: true })
                (log, _log) = (_log, null);
        }

        if (log is not null)
            Make(log);
    }

    /// <summary>
    /// Makes files of all logs. A log with an episode whose line could not be written to the journal stays: the line may be in it
    /// nevertheless, which a resume finds out.
    /// </summary>
    /// <exception cref="EvalCoreException">A file cannot be written; its log stays, for a resume.</exception>
    public void Dispose()
    {
        List<StepLog> logs;
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            logs = [.. _full, .. _log is null ? Array.Empty<StepLog>() : [_log]];
            _full.Clear();
            _log = null;
        }

        foreach (var log in logs)
        {
            if (log.IsSettled)
                Make(log);
            else
                log.Dispose();
        }

        if (Directory.Exists(_folder) && !Directory.EnumerateFileSystemEntries(_folder).Any())
            Directory.Delete(_folder);
    }

    private static int NumberOf(string file) =>
        int.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    private string LogOf(int number) => Path.Combine(_folder, number.ToString("0000", CultureInfo.InvariantCulture) + LogExtension);

    private void Make(StepLog log)
    {
        log.Dispose();
        Make(log.Path, log.Number, log.Episodes);
    }

    /// <summary>Deals with a log that a killed run left.</summary>
    private void Recover(string log, IReadOnlySet<EpisodeKey> finished)
    {
        // The run may have been killed after the file was renamed and before its log was deleted.
        int number = NumberOf(log);
        if (StepPart.In(_folder, _format).Any(part => part.Number == number))
            _disk.Delete(log);
        else
            Make(log, number, [.. StepLog.Read(log).Where(episode => finished.Contains(episode.Key))]);
    }

    /// <summary>Makes a file of a log, one at a time, and deletes the log.</summary>
    private void Make(string log, int number, IReadOnlyList<RecordedEpisode> episodes)
    {
        lock (_making)
        {
            try
            {
                if (episodes.Count > 0)
                    StepPart.Write(_folder, number, _format, _run, episodes, _disk);
                _disk.Delete(log);
            }
            catch (Exception e) when (EvalCoreException.IsFileError(e))
            {
                throw EvalCoreException.CannotWrite($"--eval.record: {_folder}", e);
            }
        }
    }
}
