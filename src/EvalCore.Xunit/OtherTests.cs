using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace EvalCore.Xunit;

/// <summary>
/// The other test programs of the solution. <c>dotnet test</c> gives its filter to all of them: one that selects no gate
/// may select their tests.
/// </summary>
internal static partial class OtherTests
{
    /// <summary>The option by which <c>dotnet test</c> connects a test program to itself.</summary>
    public const string Pipe = "--dotnet-test-pipe";

    private const string Platform = "Microsoft.Testing.Platform.dll";

    /// <summary>The folder of the test project, if this machine has it.</summary>
    public static string? ProjectFolder => Path.GetDirectoryName(Project);

    private static string? Project => Assembly.GetEntryAssembly()?.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "EvalCore.TestProject")?.Value is { } file && File.Exists(file) ? file : null;

    /// <summary>
    /// Whether another test program of the same run has a test that the filter selects. A run of this program alone has
    /// no other.
    /// </summary>
    public static async Task<bool> Match(IReadOnlyList<string> args, TestFilter filter)
    {
        if (!args.Contains(Pipe) || IsRunOfOneProject())
            return false;
        string[] programs = [.. Programs()];
        if (programs.Length == 0)
            return false;

        // The project is below the global.json that selects the test platform.
        string root = Path.GetPathRoot(AppContext.BaseDirectory)!;
        string modules = string.Join(';', programs.Select(program => Path.GetRelativePath(root, program)));
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["test", "--root-directory", root, "--test-modules", modules, "--list-tests", .. filter.Options])
        {
            WorkingDirectory = Path.GetDirectoryName(Project)!,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var process = Process.Start(start)!;
        string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return Discovered().IsMatch(output[0]);
    }

    /// <summary>The built test programs of the other projects in the solution, found by the place of this one.</summary>
    private static IEnumerable<string> Programs()
    {
        if (Project is not { } own || Solution(own) is not { } solution)
            yield break;
        string here = AppContext.BaseDirectory;
        foreach (Match match in ProjectInSolution().Matches(File.ReadAllText(solution)))
        {
            string other = Path.GetFullPath(match.Groups[1].Value.Replace('\\', '/'), Path.GetDirectoryName(solution)!);
            string name = Path.GetFileNameWithoutExtension(other);
            if (other == own)
                continue;
            // bin/ is in the project's folder, or all projects share artifacts/bin/.
            string[] folders =
            [
                here.Replace(Path.GetDirectoryName(own)! + '/', Path.GetDirectoryName(other)! + '/', StringComparison.Ordinal),
                here.Replace($"/{Path.GetFileNameWithoutExtension(own)}/", $"/{name}/", StringComparison.Ordinal),
            ];
            string? program = folders.Where(folder => folder != here && File.Exists(Path.Combine(folder, Platform)))
                .Select(folder => Path.Combine(folder, name + ".dll")).FirstOrDefault(File.Exists);
            if (program is not null)
                yield return program;
        }
    }

    /// <summary>The nearest solution above the project that contains it.</summary>
    private static string? Solution(string project)
    {
        string name = Path.GetFileName(project);
        for (string? folder = Path.GetDirectoryName(project); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.EnumerateFiles(folder, "*.sln*").Order(StringComparer.Ordinal)
                .FirstOrDefault(file => File.ReadAllText(file).Contains(name, StringComparison.Ordinal)) is { } solution)
            {
                return solution;
            }
        }

        return null;
    }

    /// <summary>Whether <c>dotnet test</c> was started for one project. Only Linux tells a process its parent's arguments.</summary>
    private static bool IsRunOfOneProject()
    {
        try
        {
            string parent = File.ReadLines("/proc/self/status").First(line => line.StartsWith("PPid:", StringComparison.Ordinal))[5..].Trim();
            string[] args = File.ReadAllText($"/proc/{parent}/cmdline").Split('\0');
            return args.Any(arg => arg is "--project" or "--test-modules" || (arg.EndsWith("proj", StringComparison.Ordinal) && File.Exists(arg)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^Discovered [1-9]\d* tests?\b", RegexOptions.Multiline)]
    private static partial Regex Discovered();

    [GeneratedRegex("\"([^\"]+\\.[a-z]+proj)\"")]
    private static partial Regex ProjectInSolution();
}
