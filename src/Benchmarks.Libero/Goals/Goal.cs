using Benchmarks.Libero.Bddl;
using Benchmarks.Libero.Objects;
using Benchmarks.Libero.Scenes;
using EvalCore;
using MuJoCo;

namespace Benchmarks.Libero.Goals;

/// <summary>
/// A task's goal: a conjunction of predicates. Numbers of bodies, sites, joints and geoms are looked up once for a model; one
/// goal serves all simulations of the model and of its copies. Immutable.
/// </summary>
internal sealed class Goal
{
    private readonly Scene _scene;
    private readonly MjModel _model;
    private readonly Predicate[] _predicates;

    /// <summary>Resolves the goal of a scene.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="model">Its model, compiled.</param>
    /// <exception cref="EvalCoreException">A predicate has no meaning for its arguments; the line says where it is.</exception>
    public Goal(Scene scene, MjModel model)
    {
        (_scene, _model) = (scene, model);
        _predicates = [.. scene.Problem.Goal.Select(Resolve)];
    }

    /// <summary>The number of predicates.</summary>
    public int Count => _predicates.Length;

    /// <summary>Evaluates every predicate. Nothing is allocated.</summary>
    /// <param name="data">The simulation, read as it stands; see <see cref="Predicate.Holds"/>.</param>
    /// <param name="conjuncts">Receives 1 for each predicate that holds, else 0; length <see cref="Count"/>.</param>
    /// <returns>Whether all of them hold.</returns>
    public bool Evaluate(MjData data, Span<byte> conjuncts)
    {
        bool all = true;
        for (int i = 0; i < _predicates.Length; i++)
        {
            bool holds = _predicates[i].Holds(data);
            conjuncts[i] = holds ? (byte)1 : (byte)0;
            all &= holds;
        }

        return all;
    }

    private Predicate Resolve(BddlPredicate predicate) => (predicate.Name, predicate.Arguments) switch
    {
        ("true", _) => new Constant(true),
        ("false", _) => new Constant(false),
        ("on", [var above, var below]) => On(predicate, Instance(predicate, above), below),
        ("in", [var inside, var region]) => new InRegion(_model, Instance(predicate, inside), Site(predicate, region)),
        ("open" or "turnon", [var name]) => Joints(predicate, name, all: false),
        ("close" or "turnoff", [var name]) => Joints(predicate, name, all: true),
        ("up", [var name]) => FindInstance(name) is { } instance
            ? new Up(isSite: false, _model.Id(mjtObj.mjOBJ_BODY, instance.Body))
            : new Up(isSite: true, _model.Id(mjtObj.mjOBJ_SITE, Site(predicate, name))),
        _ => throw Error(predicate, $"a goal has no predicate '{predicate.Name}' with {predicate.Arguments.Count} arguments"),
    };

    private Predicate On(BddlPredicate predicate, SceneInstance above, string below)
    {
        if (FindInstance(below) is { } instance)
            return new OnObject(_model, above, instance);
        string site = Site(predicate, below);
        return new OnRegion(_model, above, site, _scene.Regions.TryGetValue(below, out var region) ? Instance(predicate, region.Parent) : null);
    }

    private JointsAt Joints(BddlPredicate predicate, string name, bool all)
    {
        var region = _scene.Regions.GetValueOrDefault(name);
        if (region is not null && predicate.Name is "turnon" or "turnoff")
            throw Error(predicate, $"'{name}' is a region; '{predicate.Name}' takes an instance");
        var instance = Instance(predicate, region?.Parent ?? name);
        var articulation = Articulation.Find(instance.Category);
        if (articulation?.Range(predicate.Name) is null)
            throw Error(predicate, $"'{instance.Category}' has no state '{predicate.Name}'");
        return new JointsAt(_model, region?.Joints ?? instance.Joints, articulation.Test(predicate.Name), all);
    }

    private SceneInstance? FindInstance(string name) => _scene.Instances.FirstOrDefault(instance => instance.Name == name);

    private SceneInstance Instance(BddlPredicate predicate, string name) =>
        FindInstance(name) ?? throw Error(predicate, $"'{name}' is not an object or fixture on the workspace");

    /// <summary>Checks that a region has a site: a zone of the workspace has one if it has a rectangle.</summary>
    private string Site(BddlPredicate predicate, string region) => _model.Name2Id(mjtObj.mjOBJ_SITE, region) >= 0
        ? region
        : throw Error(predicate, $"the model has no site '{region}': it must be a region with :ranges on the workspace, or a site of an instance's model");

    private EvalCoreException Error(BddlPredicate predicate, string problem) => _scene.Problem.Error(predicate.Position, problem);
}
