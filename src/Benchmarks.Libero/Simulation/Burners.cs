using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.Libero.Simulation;

/// <summary>
/// The burners of a scene's stoves, red discs that are visible while the stove is on (LIBERO, <c>envs/objects/articulated_objects.py</c>,
/// <c>FlatStove.turn_on</c>). Whether a burner is lit changes between control steps only.
/// </summary>
/// <remarks>
/// The original changes the site's colour in the model. Here the burner is always visible in the model, and an unlit one is
/// moved out of sight in the snapshot, so that the model that renders a task's videos needs no change and can be shared.
/// </remarks>
internal sealed class Burners
{
    private const string SiteSuffix = "_burner", JointSuffix = "_button";
    private const double LitFrom = 0.5;

    /// <summary>Metres; behind the far clipping plane of every camera.</summary>
    private const double OutOfSight = 1e6;

    private readonly MjData _data;
    private readonly int[] _sites;
    private readonly int[] _buttons;
    private readonly bool[] _lit;

    /// <summary>Finds the burners of a model; none is lit.</summary>
    public Burners(MjData data)
    {
        _data = data;
        _sites = [.. SitesOf(data.Model)];
        _buttons = [.. _sites.Select(site => data.Joint(Stove(data.Model, site) + JointSuffix).QposAddress)];
        _lit = new bool[_sites.Length];
    }

    /// <summary>Whether a site is a burner: of an instance with a knob.</summary>
    public static bool IsBurner(MjModel model, int site) =>
        model.Id2Name(mjtObj.mjOBJ_SITE, site)?.EndsWith(SiteSuffix, StringComparison.Ordinal) == true
        && model.Name2Id(mjtObj.mjOBJ_JOINT, Stove(model, site) + JointSuffix) >= 0;

    /// <summary>Which burners are lit, in the order of their sites.</summary>
    public ReadOnlySpan<bool> Lit => _lit;

    /// <summary>Turns all burners off.</summary>
    public void Clear() => Array.Clear(_lit);

    /// <summary>Lights the burners whose knob is turned, as <c>qpos</c> has it now.</summary>
    public void Update()
    {
        for (int i = 0; i < _lit.Length; i++)
            _lit[i] = _data.qpos[_buttons[i]] >= LitFrom;
    }

    /// <summary>Moves the unlit burners of a <see cref="FrameSnapshot"/> out of sight.</summary>
    public void WriteTo(Span<double> snapshot)
    {
        for (int i = 0; i < _lit.Length; i++)
        {
            if (!_lit[i])
                FrameSnapshot.SitePosition(_data.Model, snapshot, _sites[i]).Fill(OutOfSight);
        }
    }

    private static IEnumerable<int> SitesOf(MjModel model) =>
        Enumerable.Range(0, model.nsite).Where(site => IsBurner(model, site));

    private static string Stove(MjModel model, int site) => model.Id2Name(mjtObj.mjOBJ_SITE, site)![..^SiteSuffix.Length];
}
