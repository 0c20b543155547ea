using Benchmarks.Libero.Scenes;
using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.Libero.Resets;

/// <summary>Places a scene's instances in a simulation. Numbers of bodies and joints are looked up once.</summary>
internal sealed class ScenePoses
{
    private const int FreeJoint = 7;
    private readonly MjData _data;
    private readonly Dictionary<string, Placement> _fixtures = [];
    private readonly Dictionary<string, Body> _bodies = [];
    private readonly Dictionary<string, int> _freeJoints = [];

    /// <summary>Finds the instances in a simulation.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="data">A simulation of its model as compiled: where the fixtures are now is where the model has them.</param>
    public ScenePoses(Scene scene, MjData data)
    {
        _data = data;
        foreach (var instance in scene.Instances)
        {
            if (instance.IsFixture)
            {
                var body = data.Body(instance.Body);
                _bodies[instance.Name] = body;
                _fixtures[instance.Name] = new Placement(instance, body.ModelPosition, body.ModelOrientation);
            }
            else
            {
                _freeJoints[instance.Name] = data.Joint(instance.FreeJoint).QposAddress;
            }
        }
    }

    /// <summary>
    /// Writes what a reset drew: fixtures into the model, objects and joints into <c>qpos</c>. Effective from the next
    /// kinematics pass.
    /// </summary>
    public void Set(SampledState state)
    {
        Set(state.Joints);
        Place(state.Placements);
    }

    /// <summary>
    /// Places fixtures in the model and objects in <c>qpos</c>; fixtures that are not named are moved to where the model as
    /// compiled has them. Effective from the next kinematics pass.
    /// </summary>
    public void Place(IReadOnlyList<Placement> placements)
    {
        RestoreFixtures();
        foreach (var (instance, position, orientation) in placements)
        {
            if (instance.IsFixture)
            {
                _bodies[instance.Name].Place(position, orientation);
                continue;
            }

            var qpos = _data.qpos.Slice(_freeJoints[instance.Name], FreeJoint);
            position.CopyTo(qpos);
            orientation.CopyTo(qpos[3..]);
        }
    }

    /// <summary>
    /// Begins a reset: fixtures where the model as compiled has them, joints at positions drawn, and the kinematics of that.
    /// </summary>
    internal void Begin(IReadOnlyList<JointPosition> joints)
    {
        RestoreFixtures();
        Set(joints);
        _data.Kinematics();
    }

    /// <summary>The position of a site, world frame.</summary>
    internal Vec3 SitePosition(string site) => _data.Site(site).Position;

    private void RestoreFixtures()
    {
        foreach (var (instance, position, orientation) in _fixtures.Values)
            _bodies[instance.Name].Place(position, orientation);
    }

    private void Set(IReadOnlyList<JointPosition> joints)
    {
        foreach (var (joint, position) in joints)
            _data.qpos[_data.Joint(joint).QposAddress] = position;
    }
}
