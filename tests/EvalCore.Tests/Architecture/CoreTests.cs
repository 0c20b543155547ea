using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace EvalCore.Tests.Architecture;

/// <summary>What holds for the structure of <c>src/EvalCore</c>.</summary>
public sealed class CoreTests
{
    private static readonly Assembly Core = typeof(EvalCoreException).Assembly;
    private static readonly string Folder = Path.Combine(Goldens.Root, "src", "EvalCore");
    private static readonly FolderGraph Graph = FolderGraph.Read(Core.Location, "EvalCore");

    private static IEnumerable<string> SourceFiles => Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories).Order();

    [Fact]
    public void Folders_form_no_circle()
    {
        Assert.NotEmpty(Graph.Edges);
        if (Graph.Circle() is { } circle)
            Assert.Fail($"Folders of src/EvalCore form a circle:{circle}");
    }

    [Fact]
    public void The_root_namespace_has_the_exception_only_and_uses_nothing()
    {
        Assert.Equal(["EvalCore.EvalCoreException"], Graph.Types.Where(type => type.Split('.').Length == 2));
        Assert.DoesNotContain(Graph.Edges, edge => edge.Key.From == "");
    }

    [Fact]
    public void The_namespace_of_a_file_is_its_folder() => Assert.All(SourceFiles, file =>
    {
        string folder = Path.GetDirectoryName(Path.GetRelativePath(Folder, file))!.Replace(Path.DirectorySeparatorChar, '.');
        Assert.Contains($"\nnamespace {$"EvalCore.{folder}".TrimEnd('.')};\n", "\n" + File.ReadAllText(file), StringComparison.Ordinal);
    });

    [Fact]
    public void Only_the_framework_readers_of_two_file_formats_and_a_library_of_plots_are_referenced()
    {
        string framework = RuntimeEnvironment.GetRuntimeDirectory();
        Assert.Equal(
            ["OxyPlot", "Safetensors.NET", "YamlDotNet"],
            Core.GetReferencedAssemblies().Select(name => name.Name!).Where(name => !File.Exists(Path.Combine(framework, $"{name}.dll"))).Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// The C library writes a folder to the disk, creates one exclusively, and tells a pipe from a file, which .NET cannot do.
    /// </summary>
    [Fact]
    public void No_native_library_is_called_but_the_C_library_for_files_and_folders()
    {
        string[] native = ["NativeLibrary", "DllImport", "LibraryImport"];
        Assert.Equal(
            [Path.Combine("Files", "Folder.cs"), Path.Combine("Files", "InputFile.cs")],
            SourceFiles
                .Where(file => File.ReadAllText(file) is var text && native.Any(name => text.Contains(name, StringComparison.Ordinal)))
                .Select(file => Path.GetRelativePath(Folder, file)));
    }

    /// <summary>
    /// Which files a checkpoint has is its format's knowledge. The name <c>torch</c> alone is allowed: names of devices follow
    /// it.
    /// </summary>
    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("policy_preprocessor.json")]
    [InlineData("policy_postprocessor.json")]
    [InlineData("train_config.json")]
    [InlineData("adapter_config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("PyTorch")]
    [InlineData("TorchSharp")]
    [InlineData("libtorch")]
    [InlineData("onnxruntime")]
    [InlineData("tensorflow")]
    [InlineData("jax")]
    public void No_source_file_names_a_checkpoints_file_or_a_tensor_library(string name)
    {
        var pattern = new Regex($@"(?<![\w.]){Regex.Escape(name)}\b", RegexOptions.IgnoreCase);
        string[] lines =
        [
            .. SourceFiles
                .SelectMany(file => File.ReadLines(file).Select((line, i) => $"{Path.GetRelativePath(Folder, file)}:{i + 1}: {line.Trim()}"))
                .Where(line => pattern.IsMatch(line)),
        ];
        Assert.True(lines.Length == 0, string.Join(Environment.NewLine, lines));
    }
}
