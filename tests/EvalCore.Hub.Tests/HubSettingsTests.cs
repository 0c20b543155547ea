namespace EvalCore.Hub.Tests;

public sealed class HubSettingsTests
{
    private static readonly string Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    [Theory]
    [InlineData("/cache", null, "/home", "/xdg", "/cache")]
    [InlineData(null, "/old", "/home", "/xdg", "/old")]
    [InlineData(null, null, "/home", "/xdg", "/home/hub")]
    [InlineData(null, null, "$SCRATCH/hf", "/xdg", "/scratch/hf/hub")]
    [InlineData(null, null, "${SCRATCH}/hf", "/xdg", "/scratch/hf/hub")]
    [InlineData(null, null, null, "/xdg", "/xdg/huggingface/hub")]
    public void The_cache_is_where_huggingface_hub_has_it(string? cache, string? old, string? home, string? xdg, string expected) => Assert.Equal(
        expected, Read(("HF_HUB_CACHE", cache), ("HUGGINGFACE_HUB_CACHE", old), ("HF_HOME", home), ("XDG_CACHE_HOME", xdg), ("SCRATCH", "/scratch")).Cache);

    [Fact]
    public void Without_variables_the_cache_is_in_the_home_folder()
    {
        Assert.Equal(Path.Combine(Home, ".cache", "huggingface", "hub"), Read().Cache);
        Assert.Equal(Path.Combine(Home, "x", "hub"), Read(("HF_HOME", "~/x")).Cache);
        Assert.Equal(Path.Combine(Home, ".cache", "huggingface", "hub"), Read(("HF_HUB_CACHE", " ")).Cache);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("on", true)]
    [InlineData("Yes", true)]
    [InlineData("TRUE", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("", false)]
    [InlineData("2", false)]
    public void The_values_that_mean_yes_are_those_of_huggingface_hub(string value, bool isOffline) =>
        Assert.Equal(isOffline ? "HF_HUB_OFFLINE" : null, Read(("HF_HUB_OFFLINE", value)).Offline);

    [Fact]
    public void The_address_has_no_slash_at_its_end()
    {
        Assert.Equal("https://huggingface.co", Read().Endpoint);
        Assert.Equal("http://mirror:8080/hub", Read(("HF_ENDPOINT", "http://mirror:8080/hub/")).Endpoint);
    }

    [Fact]
    public void The_token_is_looked_for_in_the_order_of_huggingface_hub()
    {
        string folder = Directory.CreateTempSubdirectory("evalcore-").FullName, file = Path.Combine(folder, "token");
        try
        {
            Assert.Null(Read(("HF_HOME", folder)).Token);
            File.WriteAllText(file, " hf_file\r\n");
            Assert.Equal(("hf_file", file), Of(Read(("HF_HOME", folder))));
            Assert.Equal(("hf_file", file), Of(Read(("HF_TOKEN_PATH", file))));
            Assert.Equal(("hf_old", "HUGGING_FACE_HUB_TOKEN"), Of(Read(("HF_HOME", folder), ("HUGGING_FACE_HUB_TOKEN", "hf_old"))));
            Assert.Equal(("hf_new", "HF_TOKEN"), Of(Read(("HF_HOME", folder), ("HUGGING_FACE_HUB_TOKEN", "hf_old"), ("HF_TOKEN", "hf_new"))));
            File.WriteAllText(file, "\n");
            Assert.Null(Read(("HF_HOME", folder)).Token);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static (string, string) Of(HubSettings settings) => (settings.Token!.Value, settings.Token.ToString());
    }

    [Fact]
    public void The_doctor_tells_where_the_token_is_and_not_what_it_is()
    {
        var variables = new Dictionary<string, string?> { ["HF_HOME"] = "/none", ["HF_TOKEN"] = "hf_secret", ["HF_HUB_OFFLINE"] = "1" };
        Assert.Equal("not asked, HF_HUB_OFFLINE is set, token from HF_TOKEN, cache /none/hub", new HubClient(variables.GetValueOrDefault).Check.Find());
        variables.Clear();
        variables["HF_HOME"] = "/none";
        Assert.Equal("https://huggingface.co, no token, cache /none/hub", new HubClient(variables.GetValueOrDefault).Check.Find());
        Assert.DoesNotContain("hf_secret", new HubSettings { Endpoint = "http://hub", Cache = "", Token = new HubToken("hf_secret", "HF_TOKEN") }.ToString(), StringComparison.Ordinal);
    }

    private static HubSettings Read(params (string Name, string? Value)[] variables)
    {
        var set = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        set.TryAdd("HF_TOKEN_PATH", set.ContainsKey("HF_HOME") ? null : "/none");
        return HubSettings.Read(set.GetValueOrDefault);
    }
}
