namespace Chipmunk;

/// <summary>One contact of a <see cref="ContactPointSet"/>.</summary>
/// <param name="PointA">Its position on the surface of the first shape, in world coordinates.</param>
/// <param name="PointB">Its position on the surface of the second shape, in world coordinates.</param>
/// <param name="Distance">The distance between the surfaces: negative when the shapes overlap.</param>
public readonly record struct ContactPoint(Vect PointA, Vect PointB, double Distance);
