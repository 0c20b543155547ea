using EvalCore.Gates;

namespace EvalCore.Tests.Gates;

public sealed class BaselineFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("pusht_act", "pusht_act")]
    [InlineData("pusht_act/", "pusht_act")]
    [InlineData("outputs/train/act_2/checkpoints/020000/pretrained_model", "act_2")]
    [InlineData("models/best/pretrained_model", "best")]
    public void A_folder_gives_its_name_or_that_of_the_training_run(string folder, string name)
    {
        Directory.CreateDirectory(Path.Combine(_folder, folder));
        Assert.Equal(name, BaselineFile.NameOf(Path.Combine(_folder, folder)));
    }

    [Theory]
    [InlineData("owner/name", "owner--name")]
    [InlineData("owner/name@main", "owner--name")]
    [InlineData("expert", "expert")]
    [InlineData("ws://localhost:8000", "ws-----localhost-8000")]
    public void Another_policy_gives_a_name_that_a_file_can_have(string policy, string name) => Assert.Equal(name, BaselineFile.NameOf(policy));
}
