namespace EvalCore.Remote.Wire;

/// <summary>How a protocol writes numpy's arrays into msgpack: as maps whose keys are of this type.</summary>
internal enum ArrayKeys
{
    /// <summary>openpi's: keys of type bin; numpy's scalars are maps, too.</summary>
    Binary,

    /// <summary>vla-eval's: keys of type str; numpy's scalars are plain numbers, images may be maps of their own.</summary>
    Text,
}
