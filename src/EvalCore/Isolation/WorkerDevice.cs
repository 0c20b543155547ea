namespace EvalCore.Isolation;

/// <summary>The device that renders in the processes of environments.</summary>
/// <param name="Name">Its name; null where images do not differ between devices, or where nothing can render.</param>
/// <param name="Notes">Notes on it for the user.</param>
internal sealed record WorkerDevice(string? Name, IReadOnlyList<string> Notes);
