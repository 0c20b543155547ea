using System.Text;

namespace MuJoCo.Tests;

public sealed class FileTests
{
    private const string Including = """
        <mujoco><include file="part.xml"/><worldbody><geom type="sphere" size="0.1"/></worldbody></mujoco>
        """;

    private const string Part = """<mujoco><option timestep="0.0123"/></mujoco>""";

    public FileTests() => Machine.NeedsMujoco();

    [Fact]
    public void An_XML_string_includes_files_in_memory()
    {
        using var model = MjModel.FromXml(Including, [new("part.xml", Encoding.UTF8.GetBytes(Part))]);
        Assert.Equal(0.0123, model.opt.timestep);
    }

    [Fact]
    public void A_file_includes_files_in_its_folder()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "part.xml"), Part);
            File.WriteAllText(Path.Combine(folder, "whole.xml"), Including);
            using var model = MjModel.FromXmlFile(Path.Combine(folder, "whole.xml"));
            Assert.Equal(0.0123, model.opt.timestep);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_missing_file_and_a_duplicate_name_throw()
    {
        var e = Assert.Throws<MujocoException>(() => MjModel.FromXml(Including));
        Assert.Contains("part.xml", e.Message, StringComparison.Ordinal);
        using var files = new MjVfs();
        files.Add("part.xml", Encoding.UTF8.GetBytes(Part));
        Assert.Throws<MujocoException>(() => files.Add("part.xml", []));
    }
}
