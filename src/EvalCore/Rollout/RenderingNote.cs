using System.Diagnostics;
using System.Globalization;
using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Rollout;

/// <summary>
/// Notes once, at the first observation of a run, which device renders the images that the policy reads, and how long it takes.
/// A run whose policy reads no image, or whose suite's images are the same on every device, has no such note. Thread-safe.
/// </summary>
internal sealed class RenderingNote
{
    private readonly IBenchmark _benchmark;
    private readonly Action<string> _note;
    private int _isDone;

    /// <param name="benchmark">The suite.</param>
    /// <param name="policy">What reads the images.</param>
    /// <param name="note">Receives the notes; null for none.</param>
    public RenderingNote(IBenchmark benchmark, IPolicy policy, Action<string>? note)
    {
        (_benchmark, _note) = (benchmark, note ?? (_ => { }));
        bool readsImages = benchmark.ObservationSpace.Any(field => field.Kind == ObservationKind.Image && policy.ObservationKeys.Contains(field.Key));
        _isDone = note is not null && readsImages ? 0 : 1;
    }

    /// <summary>
    /// Observes once more, and notes the time: the first frame of a device takes longer, because it compiles and uploads.
    /// </summary>
    /// <param name="environment">An environment that has been observed.</param>
    /// <param name="observation">Its observation; it is filled again with the same values.</param>
    public void Measure(IEnvironment environment, Observation observation)
    {
        if (_isDone != 0 || Interlocked.Exchange(ref _isDone, 1) != 0 || _benchmark.RenderingDevice is not { } device)
            return;
        long start = Stopwatch.GetTimestamp();
        environment.Observe(observation);
        var took = Stopwatch.GetElapsedTime(start);
        ObservationField[] images = [.. observation.Space.Where(field => field.Kind == ObservationKind.Image)];
        string sizes = string.Join(", ", images.Select(image => $"{image.Shape[1]}x{image.Shape[0]}").Distinct());
        _note(string.Create(
            CultureInfo.InvariantCulture, $"{device} renders the images that the policy reads, in {took.TotalMilliseconds / images.Length:0.0} ms each ({sizes})"));
        foreach (string note in _benchmark.RenderingNotes)
            _note(note);
    }
}
