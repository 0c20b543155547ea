using Benchmarks.Libero.Bddl;
using Benchmarks.Libero.Objects;
using Benchmarks.Libero.Scenes;
using EvalCore;

namespace Benchmarks.Libero.Resets;

/// <summary>
/// A task's initial predicates, sorted by what a reset does with them (LIBERO, <c>envs/bddl_base_domain.py</c>,
/// <c>_add_placement_initializer</c>). Predicates that LIBERO ignores or stops at are errors.
/// </summary>
internal sealed class ResetPlan
{
    private readonly Scene _scene;
    private readonly Dictionary<string, SceneInstance> _instances;
    private readonly Dictionary<string, BddlRegion> _regions;
    private readonly HashSet<SceneInstance> _placed = [];

    /// <summary>Sorts a scene's initial predicates.</summary>
    /// <exception cref="EvalCoreException">One of them cannot be made true; the line says where it is.</exception>
    public ResetPlan(Scene scene)
    {
        _scene = scene;
        _instances = scene.Instances.ToDictionary(instance => instance.Name);
        _regions = scene.Problem.Regions.ToDictionary(region => region.Key);

        // LIBERO places in this order, whatever the order in the file: the workspace, the sites of what stands on it, objects.
        var init = scene.Problem.Init;
        Joints = [.. init.Where(predicate => predicate.Name is "open" or "close" or "turnon" or "turnoff").Select(JointsOf)];
        var placements = init.Where(predicate => predicate.Name is not ("open" or "close" or "turnon" or "turnoff")).ToLookup(KindOf);
        OnWorkspace = [.. placements[Kind.Workspace].Select(WorkspaceOf)];
        OnSites = [.. placements[Kind.OnSite].Concat(placements[Kind.InSite]).Select(SiteOf)];
        OnObjects = [.. placements[Kind.Object].Select(ObjectOf)];
    }

    private enum Kind
    {
        Workspace,
        OnSite,
        InSite,
        Object,
    }

    /// <summary>What starts opened, closed, turned on or turned off: all the joints get the same position, drawn from the range.</summary>
    public IReadOnlyList<(IReadOnlyList<string> Joints, JointRange Range)> Joints { get; }

    /// <summary>What is placed in a rectangle of the workspace: fixtures and objects.</summary>
    public IReadOnlyList<(SceneInstance Instance, BddlRectangle Range, (double From, double To) Yaw)> OnWorkspace { get; }

    /// <summary>Objects that are placed on or in a region of another instance.</summary>
    public IReadOnlyList<(SceneInstance Instance, SceneRegion Region, bool Inside)> OnSites { get; }

    /// <summary>Objects that are placed on another object.</summary>
    public IReadOnlyList<(SceneInstance Instance, SceneInstance Below)> OnObjects { get; }

    private (IReadOnlyList<string> Joints, JointRange Range) JointsOf(BddlPredicate predicate)
    {
        string name = predicate.Arguments[0];
        var region = _scene.Regions.GetValueOrDefault(name);
        var instance = Instance(predicate, region?.Parent ?? name);
        if (Articulation.Find(instance.Category)?.Range(predicate.Name) is not { } range)
            throw Error(predicate, $"'{instance.Category}' has no state '{predicate.Name}' to start in");
        return (region?.Joints ?? instance.Joints, range);
    }

    private Kind KindOf(BddlPredicate predicate)
    {
        if (predicate is not { Name: "on" or "in", Arguments: [_, string place] })
            throw Error(predicate, $"'{predicate.Name}' cannot be an initial predicate (possible: on, in, open, close, turnon, turnoff)");
        bool isOn = predicate.Name == "on";
        if (isOn && _instances.TryGetValue(place, out var below) && !below.IsFixture)
            return Kind.Object;
        if (_scene.Regions.ContainsKey(place))
            return isOn ? Kind.OnSite : Kind.InSite;
        if (!_regions.ContainsKey(place))
            throw Error(predicate, $"name a region of '{place}', not '{place}' itself");
        return isOn ? Kind.Workspace : throw Error(predicate, "a region of the workspace has no inside; write 'on'");
    }

    private (SceneInstance Instance, BddlRectangle Range, (double From, double To) Yaw) WorkspaceOf(BddlPredicate predicate)
    {
        var region = _regions[predicate.Arguments[1]];
        var range = region.Range ?? throw Error(predicate, $"the region '{region.Key}' has no :ranges to place it in");
        return (Placed(predicate, mayBeFixture: true), range, region.Yaw);
    }

    private (SceneInstance Instance, SceneRegion Region, bool Inside) SiteOf(BddlPredicate predicate)
    {
        var region = _scene.Regions[predicate.Arguments[1]];
        NeedsPlaced(predicate, _instances[region.Parent]);
        return (Placed(predicate, mayBeFixture: false), region, predicate.Name == "in");
    }

    private (SceneInstance Instance, SceneInstance Below) ObjectOf(BddlPredicate predicate)
    {
        var below = _instances[predicate.Arguments[1]];
        NeedsPlaced(predicate, below);
        return (Placed(predicate, mayBeFixture: false), below);
    }

    private SceneInstance Placed(BddlPredicate predicate, bool mayBeFixture)
    {
        var instance = Instance(predicate, predicate.Arguments[0]);
        if (instance.IsFixture && !mayBeFixture)
            throw Error(predicate, "a fixture can be placed on the workspace only");
        if (!instance.IsFixture && ObjectRotation.Find(instance.Category) is null)
            throw Error(predicate, $"'{instance.Category}' is not a category of LIBERO's objects");
        return _placed.Add(instance) ? instance : throw Error(predicate, $"'{instance.Name}' is placed twice");
    }

    private void NeedsPlaced(BddlPredicate predicate, SceneInstance instance)
    {
        if (!_placed.Contains(instance))
            throw Error(predicate, $"'{predicate.Arguments[0]}' needs '{instance.Name}' to be placed by an earlier predicate");
    }

    private SceneInstance Instance(BddlPredicate predicate, string name) =>
        _instances.GetValueOrDefault(name) ?? throw Error(predicate, $"'{name}' is not an object or fixture on the workspace");

    private EvalCoreException Error(BddlPredicate predicate, string problem) => _scene.Problem.Error(predicate.Position, problem);
}
