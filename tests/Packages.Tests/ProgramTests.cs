using System.Text.RegularExpressions;

namespace Packages.Tests;

/// <summary>
/// A program that has the packages and nothing else of this repository. Its code is the example in the README of the
/// package EvalCore; the examples of the others are compiled with it.
/// </summary>
public sealed partial class ProgramTests(PackageFeed feed)
{
    /// <summary>The packages it names; all others come with these.</summary>
    private static readonly string[] References = ["EvalCore.Commands", "EvalCore.Onnx", "EvalCore.Records", "EvalCore.Remote", "EvalCore.Torch", "Benchmarks.PushT", "Benchmarks.MetaWorld", "Benchmarks.Libero"];

    [Fact]
    public async Task A_program_evaluates_a_policy_with_the_packages_alone()
    {
        string folder = feed.NewFolder("program");
        await File.WriteAllTextAsync(Path.Combine(folder, "Evaluate.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(References.Select(id => $"<PackageReference Include=\"{id}\" Version=\"{feed.Version}\" />"))}
              </ItemGroup>
            </Project>
            """);
        foreach (string readme in Directory.GetFiles(Path.Combine(Goldens.Root, "src"), "README.md", SearchOption.AllDirectories))
        {
            string id = Path.GetFileName(Path.GetDirectoryName(readme))!;
            if (Example().Match(await File.ReadAllTextAsync(readme)) is { Success: true } example)
            {
                string code = example.Groups[1].Value;
                await File.WriteAllTextAsync(Path.Combine(folder, $"{id}.cs"), id == "EvalCore" ? code : InAMethod(code, id));
            }
        }

        await DotnetProcess.Run("dotnet", ["build", "-nologo"], folder, feed.Variables);
        string output = Path.Combine(folder, "bin/Debug/net10.0");

        // The example names the checkpoint as seen from the root of the repository.
        Assert.Matches(@"^\d+(\.\d+)? % of 10 episodes\n$", await DotnetProcess.Run(Path.Combine(output, "Evaluate"), [], Goldens.Root));
        await AssertNativeLibraries(output);
    }

    /// <summary>MuJoCo where the machine has it, and libtorch for this platform alone, without another copy on the disk.</summary>
    private static async Task AssertNativeLibraries(string output)
    {
        const string MuJoCo = "libmujoco.so.3.8.1";
        string built = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/')))!, "MuJoCo.NET");
        if (Directory.GetFiles(built, MuJoCo, SearchOption.AllDirectories).Length > 0)
            Assert.True(File.Exists(Path.Combine(output, MuJoCo)), $"{MuJoCo} is not beside the program");

        if (!OperatingSystem.IsLinux())
            return;
        string platform = Assert.Single(Directory.GetDirectories(Path.Combine(output, "runtimes")));
        string copy = Path.Combine(platform, "native/libtorch_cpu.so");
        string packaged = Directory.GetFiles(
            Path.Combine(PackageFeed.Restored, "libtorch-cpu-linux-x64"), "libtorch_cpu.so", SearchOption.AllDirectories)[0];
        string[] files = (await DotnetProcess.Run("stat", ["-c", "%d %i", copy, packaged], output)).Split('\n');
        if (files[0].Split(' ')[0] == files[1].Split(' ')[0])
            Assert.Equal(files[1], files[0]);
    }

    /// <summary>An example as a method that is compiled and not called.</summary>
    private static string InAMethod(string example, string id)
    {
        string[] lines = example.Split('\n');
        string[] usings = [.. lines.TakeWhile(line => line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';'))];
        return $$"""
            {{string.Join('\n', usings)}}

            internal static class Example_{{id.Replace('.', '_')}}
            {
                public static {{(example.Contains("return await ", StringComparison.Ordinal) ? "async Task<int>" : example.Contains("await ", StringComparison.Ordinal) ? "async Task" : "void")}} Run(string[] args)
                {
            {{string.Join('\n', lines.Skip(usings.Length))}}
                }
            }
            """;
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
