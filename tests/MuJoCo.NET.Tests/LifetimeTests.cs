using System.Reflection;
using System.Reflection.Emit;
using MuJoCo.Native;

namespace MuJoCo.Tests;

/// <summary>
/// The last use of an object can be a call on it. The object must live until the native function has returned, or its
/// finalizer frees the memory that the function reads: too rare an event to wait for in a test, so the code is inspected.
/// </summary>
public sealed class LifetimeTests
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Type[] Owners = [typeof(MjModel), typeof(MjData), typeof(MjSpec), typeof(MjVfs), typeof(Renderer)];

    private static readonly MethodInfo KeepAlive = typeof(GC).GetMethod(nameof(GC.KeepAlive))!;

    public static TheoryData<string> OwnerNames => [.. Owners.Select(owner => owner.Name)];

    [Theory, MemberData(nameof(OwnerNames))]
    public void An_object_lives_until_its_native_call_returns(string owner)
    {
        var callers = Owners.Single(type => type.Name == owner).GetMethods(Declared)
            .Where(method => Calls(method).Any(called => called.DeclaringType == typeof(Guard) && called.Name is nameof(Guard.Call) or nameof(Guard.Create)))
            .ToList();
        Assert.NotEmpty(callers);

        // A static method has no object to keep: it must not get a pointer into one.
        Assert.All(callers, method => Assert.True(
            method.IsStatic ? method.GetParameters().All(p => p.ParameterType != typeof(nint) || p.Name == "function") : Calls(method).Contains(KeepAlive),
            $"{owner}.{method.Name} calls MuJoCo and does not keep its object alive"));
    }

    [Theory]
    [InlineData(typeof(MjModel))]
    [InlineData(typeof(MjData))]
    public void An_object_lives_until_a_number_of_it_was_read(Type owner)
    {
        var numbers = owner.GetProperties(Declared).Select(property => property.GetMethod!)
            .Where(getter => getter.ReturnType == typeof(int) || getter.ReturnType == typeof(long) || getter.ReturnType == typeof(bool))
            .Where(getter => Calls(getter).Any(called => called.Name == "get_Pointer"))
            .ToList();
        Assert.NotEmpty(numbers);
        Assert.All(numbers, getter => Assert.Contains(Calls(getter), called => called.Name == "Kept"));
    }

    /// <summary>The methods that a method calls.</summary>
    private static List<MethodBase> Calls(MethodInfo method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var called = new List<MethodBase>();
        for (int i = 0; i + 5 <= code.Length; i++)
        {
            if (code[i] != (byte)OpCodes.Call.Value && code[i] != (byte)OpCodes.Callvirt.Value)
                continue;
            try
            {
                called.Add(method.Module.ResolveMethod(BitConverter.ToInt32(code, i + 1), method.DeclaringType!.GetGenericArguments(), method.GetGenericArguments())!);
            }
            catch (Exception e) when (e is ArgumentException or BadImageFormatException)
            {
                // A byte of another instruction's operand.
            }
        }

        return called;
    }
}
