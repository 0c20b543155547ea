using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>Access to the parts of a simulation by name, as MuJoCo's Python binding has it: <c>data.Body("hand")</c>.</summary>
public static class MjDataExtensions
{
    /// <summary>A body.</summary>
    /// <exception cref="KeyNotFoundException">The model has no body of that name.</exception>
    public static Body Body(this MjData data, string name) => new(data, data.Model.Id(mjtObj.mjOBJ_BODY, name));

    /// <summary>A geom.</summary>
    /// <exception cref="KeyNotFoundException">The model has no geom of that name.</exception>
    public static Geom Geom(this MjData data, string name) => new(data, data.Model.Id(mjtObj.mjOBJ_GEOM, name));

    /// <summary>A site.</summary>
    /// <exception cref="KeyNotFoundException">The model has no site of that name.</exception>
    public static Site Site(this MjData data, string name) => new(data, data.Model.Id(mjtObj.mjOBJ_SITE, name));

    /// <summary>A joint.</summary>
    /// <exception cref="KeyNotFoundException">The model has no joint of that name.</exception>
    public static Joint Joint(this MjData data, string name) => new(data, data.Model.Id(mjtObj.mjOBJ_JOINT, name));

    /// <summary>
    /// What MuJoCo has warned of since the last reset, in one line for <c>IEnvironment.Warning</c>; null when nothing.
    /// </summary>
    public static string? WarningLine(this MjData data) => Enum.GetValues<mjtWarning>()
        .Where(kind => kind < mjtWarning.mjNWARNING)
        .Select(kind => data.WarningText(kind))
        .FirstOrDefault(text => text is not null) is { } text ? $"MuJoCo warns: {text.TrimEnd('.')}" : null;
}
