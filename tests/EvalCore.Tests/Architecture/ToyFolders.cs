// Folders of types that use the types of another folder in one way each.

namespace EvalCore.Tests.Architecture.Toys
{
    public static class Root;
}

namespace EvalCore.Tests.Architecture.Toys.Used
{
    public interface IPlain;

    public class Plain : IPlain
    {
        public static int Count { get; set; }

        public static void Call()
        {
        }
    }

    internal sealed class Generic<T>
    {
        public static T? Value => default;
    }

    public sealed class PlainException : Exception;

    [AttributeUsage(AttributeTargets.All)]
    public sealed class PlainAttribute : Attribute;

    public delegate void Handler();
}

namespace EvalCore.Tests.Architecture.Toys.ByBaseType
{
    public class User : Used.Plain;
}

namespace EvalCore.Tests.Architecture.Toys.ByInterface
{
    public class User : Used.IPlain;
}

namespace EvalCore.Tests.Architecture.Toys.ByBaseTypeArgument
{
    public class User : List<Used.Plain>;
}

namespace EvalCore.Tests.Architecture.Toys.ByConstraint
{
    public class User<T> where T : Used.Plain;
}

namespace EvalCore.Tests.Architecture.Toys.ByField
{
    internal sealed class User
    {
        internal readonly Used.Plain[][] Field = [];
    }
}

namespace EvalCore.Tests.Architecture.Toys.ByParameter
{
    public abstract class User
    {
        public abstract void Method(ref Used.Plain? parameter);
    }
}

namespace EvalCore.Tests.Architecture.Toys.ByReturnType
{
    public abstract class User
    {
        public abstract Task<IReadOnlyDictionary<string, Used.Plain>> Method();
    }
}

namespace EvalCore.Tests.Architecture.Toys.ByProperty
{
    public interface IUser
    {
        Used.IPlain Property { get; }
    }
}

namespace EvalCore.Tests.Architecture.Toys.ByEvent
{
    public interface IUser
    {
        event Used.Handler Event;
    }
}

namespace EvalCore.Tests.Architecture.Toys.ByAttribute
{
    [Used.Plain]
    public class User;
}

namespace EvalCore.Tests.Architecture.Toys.ByTypeInAttribute
{
    [System.Diagnostics.DebuggerTypeProxy(typeof(Used.Generic<int>))]
    public class User;
}

namespace EvalCore.Tests.Architecture.Toys.ByCall
{
    public static class User
    {
        public static void Method(int n)
        {
            switch (n)
            {
                case 0: return;
                case 1: n = 3; break;
                case 2: n = int.MaxValue; break;
                case 3: Console.WriteLine(1.5); break;
                default: break;
            }

            Used.Plain.Call();
        }
    }
}

namespace EvalCore.Tests.Architecture.Toys.ByGenericCall
{
    public static class User
    {
        public static object Method() => Array.Empty<Used.Plain>();
    }
}

namespace EvalCore.Tests.Architecture.Toys.ByMemberOfGeneric
{
    public static class User
    {
        public static int Method() => Used.Generic<int>.Value;
    }
}

namespace EvalCore.Tests.Architecture.Toys.ByCast
{
    public static class User
    {
        public static bool Method(object value) => value is Used.IPlain;
    }
}

namespace EvalCore.Tests.Architecture.Toys.ByCatch
{
    public static class User
    {
        public static void Method()
        {
            try
            {
                Console.WriteLine();
            }
            catch (Used.PlainException)
            {
            }
        }
    }
}

namespace EvalCore.Tests.Architecture.Toys.ByLambda
{
    public static class User
    {
        public static Action Method(int n) => () => Used.Plain.Count += n;
    }
}

namespace EvalCore.Tests.Architecture.Toys.ByAsync
{
    public static class User
    {
        public static async Task Method()
        {
            await Task.Yield();
            Used.Plain.Call();
        }
    }
}

namespace EvalCore.Tests.Architecture.Toys.ByNestedType.Deeper
{
    public static class User
    {
        private sealed class Nested : Used.Plain;
    }
}

namespace EvalCore.Tests.Architecture.Circles.A
{
    public class One : B.Two;
}

namespace EvalCore.Tests.Architecture.Circles.B
{
    public class Two
    {
        public static object Make() => new C.Three();
    }
}

namespace EvalCore.Tests.Architecture.Circles.C
{
    public class Three
    {
        protected A.One? Field { get; set; }
    }
}

namespace EvalCore.Tests.Architecture.Circles.D
{
    public class Four : A.One;
}
