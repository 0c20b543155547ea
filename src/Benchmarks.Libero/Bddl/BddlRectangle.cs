namespace Benchmarks.Libero.Bddl;

/// <summary>A rectangle in the workspace's plane, metres.</summary>
internal readonly record struct BddlRectangle(double X0, double Y0, double X1, double Y1);
