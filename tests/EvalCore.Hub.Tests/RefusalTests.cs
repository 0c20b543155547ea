using System.Globalization;

namespace EvalCore.Hub.Tests;

/// <summary>What the Hub answers instead of a file, and the line that a user gets.</summary>
public sealed class RefusalTests : HubTest
{
    private string Host => new Uri(Server.Endpoint).Authority;

    [Fact]
    public async Task A_missing_repository_says_what_to_do()
    {
        var e = await Fails();
        Assert.Equal(HubProblem.NoRepository, e.Problem);
        Assert.Equal(
            $"{Host} has no model 'owner/name', or it is private: for a private one set HF_TOKEN to a token of an account with access ({Server.Endpoint}/settings/tokens)", e.Message);
        Variables["HF_TOKEN"] = FakeHub.Token;
        Assert.Equal($"{Host} has no model 'owner/name', or the account of the token in HF_TOKEN has no access to it", (await Fails()).Message);
    }

    [Fact]
    public async Task A_missing_revision_is_named() => Assert.Equal(
        $"'owner/name' has no branch, tag or commit 'v2' on {Host}", AddModel() is null ? "" : (await Fails("v2")).Message);

    [Fact]
    public async Task A_wrong_token_is_named_by_its_place_and_never_printed()
    {
        AddModel();
        Variables["HF_TOKEN"] = "hf_wrongToken";
        var e = await Fails();
        Assert.Equal(HubProblem.Token, e.Problem);
        Assert.Equal($"{Host} does not know the token in HF_TOKEN: make a new one at {Server.Endpoint}/settings/tokens, or remove it for a public model", e.Message);
        Variables["HF_TOKEN"] = "";
        await File.WriteAllTextAsync(Path.Combine(Root, "token"), "hf_alsoWrong\n");
        e = await Fails();
        Assert.StartsWith($"{Host} does not know the token in {Root}/token: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hf_", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gated_repository_says_where_to_accept_its_terms()
    {
        AddModel().IsGated = true;
        Assert.Equal(
            $"'owner/name' is gated: accept its terms at {Server.Endpoint}/owner/name, and set HF_TOKEN to a token of that account ({Server.Endpoint}/settings/tokens)", (await Fails()).Message);
        Variables["HUGGING_FACE_HUB_TOKEN"] = FakeHub.Token;
        Assert.Equal(
            $"'owner/name' is gated, and the account of the token in HUGGING_FACE_HUB_TOKEN has no access: accept its terms at {Server.Endpoint}/owner/name", (await Fails()).Message);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_named()
    {
        var model = AddModel();
        var snapshot = await Client.Open(new HubRepository(Id));
        model.Commits[snapshot.Commit] = new Dictionary<string, FakeFile>();
        var e = await Assert.ThrowsAsync<HubException>(() => snapshot.Download([snapshot.Files.First(file => file.Path == "config.json")]));
        Assert.Equal($"'owner/name@{snapshot.Commit}' has no file config.json on {Host}", e.Message);
    }

    [Fact]
    public async Task Busy_servers_are_asked_again_after_the_time_they_name()
    {
        AddModel();
        var time = new InstantTime();
        var client = new HubClient(Variables.GetValueOrDefault) { Time = time, Random = () => 0 };
        Server.RevisionFaults.Enqueue(new FakeFault(Status: 429, RetryAfter: "17"));
        Server.RevisionFaults.Enqueue(new FakeFault(Status: 429, RateLimit: "\"api\";r=0;t=55"));
        Server.RevisionFaults.Enqueue(new FakeFault(Status: 503));
        Server.RevisionFaults.Enqueue(new FakeFault(Status: 503));
        AssertIsWhole(await Download(client: client));
        Assert.Equal([17, 55, 2, 4], time.Waits.Take(4).Select(wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task A_time_that_is_too_long_is_named_and_not_waited_for()
    {
        AddModel();
        Server.RevisionFaults.Enqueue(new FakeFault(Status: 429, RetryAfter: "7200"));
        Assert.Equal(
            $"{Host} answers 429 Too Many Requests; try again in 7200 s, or set HF_TOKEN: with an account the limits are higher, and 'owner/name' is not in the cache ({Cache})", (await Fails()).Message);
    }

    [Fact]
    public async Task Failed_answers_for_a_file_are_repeated()
    {
        AddModel();
        Server.Faults.Enqueue(new FakeFault(Status: 500));
        Server.Faults.Enqueue(new FakeFault(Status: 429, RetryAfter: "0"));
        Server.Faults.Enqueue(new FakeFault(Status: 503, RetryAfter: DateTimeOffset.UtcNow.AddSeconds(-5).ToString("R", CultureInfo.InvariantCulture)));
        AssertIsWhole(await Download());
    }

    [Fact]
    public async Task No_network_and_nothing_in_the_cache_is_one_line()
    {
        Server.Dispose();
        var e = await Fails();
        Assert.Equal(HubProblem.Unreachable, e.Problem);
        Assert.Equal($"{Host} cannot be reached (there is no connection to {Host}), and 'owner/name' is not in the cache ({Cache})", e.Message);
    }

    [Theory]
    [InlineData("ftp://x")]
    [InlineData("huggingface.co")]
    [InlineData("https://user:secret@huggingface.co")]
    public async Task An_endpoint_that_is_no_address_is_named(string endpoint)
    {
        Variables["HF_ENDPOINT"] = endpoint;
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Download());
        Assert.Equal("HF_ENDPOINT: is not the address of a Hub; set it to one like https://huggingface.co, or unset it", e.Message);
    }

    [Fact]
    public async Task A_server_that_is_no_Hub_is_one_line()
    {
        AddModel();
        Server.RevisionFaults.Enqueue(new FakeFault(Status: 200));
        Assert.Equal($"{Host} does not answer as a Hub about 'owner/name' (the answer is no JSON); check HF_ENDPOINT and the network's proxy, and 'owner/name' is not in the cache ({Cache})", (await Fails()).Message);
    }

    [Fact]
    public async Task A_token_that_cannot_be_one_is_not_printed()
    {
        AddModel();
        Variables["HF_TOKEN"] = "hf_with\nline";
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Download());
        Assert.Equal("HF_TOKEN: is not a token of the Hugging Face Hub (it has a character that no token has); set it again, or remove it", e.Message);
    }

    [Fact]
    public async Task No_token_is_sent_where_a_variable_says_so()
    {
        AddModel();
        (Variables["HF_TOKEN"], Variables["HF_HUB_DISABLE_IMPLICIT_TOKEN"]) = (FakeHub.Token, "1");
        await Download();
        Assert.All(Server.Requests, request => Assert.Null(request.Authorization));
    }
}
