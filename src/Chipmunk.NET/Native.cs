using System.Runtime.InteropServices;

namespace Chipmunk;

/// <summary>
/// The functions of Chipmunk 7.0.3 that this binding uses, under their native names. Functions that only read or write
/// a few fields suppress the GC transition, to be faster; functions that may call back or run long must not.
/// </summary>
internal static unsafe partial class Native
{
    public const string Library = "chipmunk";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, ChipmunkLibrary.Resolve);

    [LibraryImport(Library)]
    public static partial SpaceHandle cpSpaceNew();

    [LibraryImport(Library)]
    public static partial void cpSpaceFree(nint space);

    [LibraryImport(Library)]
    public static partial nint cpSpaceGetStaticBody(SpaceHandle space);

    [LibraryImport(Library)]
    public static partial int cpSpaceGetIterations(SpaceHandle space);

    [LibraryImport(Library)]
    public static partial void cpSpaceSetIterations(SpaceHandle space, int iterations);

    [LibraryImport(Library)]
    public static partial Vect cpSpaceGetGravity(SpaceHandle space);

    [LibraryImport(Library)]
    public static partial void cpSpaceSetGravity(SpaceHandle space, Vect gravity);

    [LibraryImport(Library)]
    public static partial double cpSpaceGetDamping(SpaceHandle space);

    [LibraryImport(Library)]
    public static partial void cpSpaceSetDamping(SpaceHandle space, double damping);

    [LibraryImport(Library)]
    public static partial double cpSpaceGetCollisionSlop(SpaceHandle space);

    [LibraryImport(Library)]
    public static partial void cpSpaceSetCollisionSlop(SpaceHandle space, double slop);

    [LibraryImport(Library)]
    public static partial double cpSpaceGetCollisionBias(SpaceHandle space);

    [LibraryImport(Library)]
    public static partial void cpSpaceSetCollisionBias(SpaceHandle space, double bias);

    [LibraryImport(Library)]
    public static partial nint cpSpaceAddBody(SpaceHandle space, BodyHandle body);

    [LibraryImport(Library)]
    public static partial nint cpSpaceAddShape(SpaceHandle space, ShapeHandle shape);

    [LibraryImport(Library)]
    public static partial nint cpSpaceAddCollisionHandler(SpaceHandle space, nuint a, nuint b);

    [LibraryImport(Library)]
    public static partial void cpSpaceStep(SpaceHandle space, double dt);

    [LibraryImport(Library)]
    public static partial BodyHandle cpBodyNew(double mass, double moment);

    [LibraryImport(Library)]
    public static partial BodyHandle cpBodyNewKinematic();

    [LibraryImport(Library)]
    public static partial BodyHandle cpBodyNewStatic();

    [LibraryImport(Library)]
    public static partial void cpBodyFree(nint body);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int cpBodyGetType(BodyHandle body);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial double cpBodyGetMass(BodyHandle body);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial double cpBodyGetMoment(BodyHandle body);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpBodyGetPosition(BodyHandle body);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void cpBodySetPosition(BodyHandle body, Vect position);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpBodyGetCenterOfGravity(BodyHandle body);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void cpBodySetCenterOfGravity(BodyHandle body, Vect cog);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpBodyGetVelocity(BodyHandle body);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void cpBodySetVelocity(BodyHandle body, Vect velocity);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial double cpBodyGetAngle(BodyHandle body);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void cpBodySetAngle(BodyHandle body, double angle);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial double cpBodyGetAngularVelocity(BodyHandle body);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void cpBodySetAngularVelocity(BodyHandle body, double velocity);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpBodyGetRotation(BodyHandle body);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpBodyLocalToWorld(BodyHandle body, Vect point);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpBodyWorldToLocal(BodyHandle body, Vect point);

    [LibraryImport(Library)]
    public static partial ShapeHandle cpCircleShapeNew(BodyHandle body, double radius, Vect offset);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial double cpCircleShapeGetRadius(ShapeHandle shape);

    [LibraryImport(Library)]
    public static partial ShapeHandle cpSegmentShapeNew(BodyHandle body, Vect a, Vect b, double radius);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpSegmentShapeGetA(ShapeHandle shape);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpSegmentShapeGetB(ShapeHandle shape);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial double cpSegmentShapeGetRadius(ShapeHandle shape);

    [LibraryImport(Library)]
    public static partial ShapeHandle cpPolyShapeNew(
        BodyHandle body, int count, Vect* vertices, Transform transform, double radius);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int cpPolyShapeGetCount(ShapeHandle shape);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpPolyShapeGetVert(ShapeHandle shape, int index);

    [LibraryImport(Library)]
    public static partial void cpShapeFree(nint shape);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial double cpShapeGetFriction(ShapeHandle shape);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void cpShapeSetFriction(ShapeHandle shape, double friction);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial double cpShapeGetElasticity(ShapeHandle shape);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void cpShapeSetElasticity(ShapeHandle shape, double elasticity);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial nuint cpShapeGetCollisionType(ShapeHandle shape);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void cpShapeSetCollisionType(ShapeHandle shape, nuint type);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int cpArbiterGetCount(nint arbiter);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpArbiterGetNormal(nint arbiter);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpArbiterGetPointA(nint arbiter, int index);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpArbiterGetPointB(nint arbiter, int index);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial byte cpArbiterIsFirstContact(nint arbiter);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial Vect cpArbiterTotalImpulse(nint arbiter);

    [LibraryImport(Library)]
    public static partial ContactPointSet cpArbiterGetContactPointSet(nint arbiter);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void cpArbiterGetShapes(nint arbiter, nint* a, nint* b);
}
