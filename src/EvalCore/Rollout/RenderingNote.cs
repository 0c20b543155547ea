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
    private readonly Lock _measuring = new();
    private bool _isDone;

    /// <param name="benchmark">The suite.</param>
    /// <param name="policy">What reads the images.</param>
    /// <param name="note">Receives the notes; null for none.</param>
    public RenderingNote(IBenchmark benchmark, IPolicy policy, Action<string>? note)
    {
        (_benchmark, _note) = (benchmark, note ?? (_ => { }));
        bool readsImages = benchmark.ObservationSpace.Any(field => field.Kind == ObservationKind.Image && policy.ObservationKeys.Contains(field.Key));
        _isDone = note is null || !readsImages;
    }

    /// <summary>
    /// Observes; the first time once more, and notes how long that took: the first frame of a device takes longer, because it
    /// compiles and uploads. Meanwhile the other environments wait with their first observation: what renders for several of them
    /// at the same time renders each image more slowly.
    /// </summary>
    /// <param name="observation">Receives the observation.</param>
    /// <param name="observe">Observes.</param>
    /// <param name="device">Gives the device that renders.</param>
    public void Observe(Observation observation, Action observe, Func<string?> device)
    {
        if (!Volatile.Read(ref _isDone))
        {
            lock (_measuring)
            {
                if (!_isDone)
                {
                    observe();
                    if (device() is { } name)
                        Measure(name, observation, observe);
                    Volatile.Write(ref _isDone, true);
                    return;
                }
            }
        }

        observe();
    }

    private void Measure(string device, Observation observation, Action observe)
    {
        long start = Stopwatch.GetTimestamp();
        observe();
        var took = Stopwatch.GetElapsedTime(start);
        ObservationField[] images = [.. observation.Space.Where(field => field.Kind == ObservationKind.Image)];
        string sizes = string.Join(", ", images.Select(image => $"{image.Shape[1]}x{image.Shape[0]}").Distinct());
        _note(string.Create(
            CultureInfo.InvariantCulture, $"{device} renders the images that the policy reads, in {took.TotalMilliseconds / images.Length:0.0} ms each ({sizes})"));
        foreach (string note in _benchmark.RenderingNotes)
            _note(note);
    }
}
