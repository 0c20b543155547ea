using Benchmarks.Libero.Scenes;
using MuJoCo;

namespace Benchmarks.Libero.Goals;

/// <summary>
/// Whether two instances touch: any contact between a geom of one and a geom of the other, whatever its distance. Geoms of
/// group 0 count (robosuite 1.4.0, <c>environments/base.py</c>, <c>check_contact</c>).
/// </summary>
internal sealed class ContactTest
{
    /// <summary>For each geom of the model, whose it is.</summary>
    private readonly Owner[] _owners;

    /// <summary>Looks up the geoms.</summary>
    public ContactTest(MjModel model, SceneInstance first, SceneInstance second)
    {
        _owners = new Owner[model.ngeom];
        Mark(first, Owner.First);
        Mark(second, Owner.Second);

        void Mark(SceneInstance instance, Owner owner)
        {
            foreach (string geom in instance.ContactGeoms)
                _owners[model.Id(mjtObj.mjOBJ_GEOM, geom)] |= owner;
        }
    }

    [Flags]
    private enum Owner : byte
    {
        None = 0,
        First = 1,
        Second = 2,
    }

    /// <summary>Whether they touch in the contacts that the simulation has.</summary>
    public bool Holds(MjData data)
    {
        foreach (ref readonly var contact in data.contact)
        {
            Owner a = OwnerOf(contact.geom1), b = OwnerOf(contact.geom2);
            if (((a & Owner.First) != 0 && (b & Owner.Second) != 0) || ((a & Owner.Second) != 0 && (b & Owner.First) != 0))
                return true;
        }

        return false;
    }

    /// <summary>A contact of a flexible body has no geom: its number is -1.</summary>
    private Owner OwnerOf(int geom) => (uint)geom < (uint)_owners.Length ? _owners[geom] : Owner.None;
}
