using System.Text;
using System.Text.Json.Nodes;
using EvalCore.Torch.Tokenizers;

namespace EvalCore.Torch.Tests.Tokenizers;

/// <summary>Tokenizer files of other kinds, and damaged ones.</summary>
public sealed class TokenizerFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("model", """{"type":"Unigram","vocab":[]}""", "model is of the kind 'Unigram', which this version does not know; known are BPE")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}""", "merge 1 is of 'a' and 'b', but vocab has not both and what they become")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":-1},"merges":[]}""", "'vocab' is missing or is not what Hugging Face's tokenizers write there")]
    [InlineData("model", """{"type":"BPE","merges":[]}""", "'vocab' is missing")]
    [InlineData("model", """{"type":"BPE","vocab":{},"merges":[]}""", "'vocab' is missing or is not what")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}""", "'merges' is missing or is not what")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"<unk>"}""", "vocab has no '<unk>', the unk_token")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":[],"end_of_word_suffix":"</w>"}""", "end_of_word_suffix of the model is '</w>', which is not known here")]
    [InlineData("model", "null", "'model' is missing")]
    [InlineData("normalizer", """{"type":"Precompiled"}""", "normalizer is of the kind 'Precompiled'")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"\\s"},"content":" "}""", "a pattern of 'Replace' is no String")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace"}""", "pre_tokenizer is of the kind 'Metaspace', which this version does not know; known are Sequence, ByteLevel, Digits, Split")]
    [InlineData("post_processor", """{"type":"Wobble"}""", "post_processor is of the kind 'Wobble'")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[],"special_tokens":{}}""", "'post_processor' is missing or is not what")]
    [InlineData("decoder", """{"type":"WordPiece"}""", "decoder is of the kind 'WordPiece'")]
    [InlineData("added_tokens", """[{"id":1}]""", "'content' is missing")]
    [InlineData("added_tokens", """["<s>"]""", "'added_tokens' is missing or is not what")]
    [InlineData("added_tokens", """[{"id":1,"content":"\ud800"}]""", "has a string that is not valid text")]
    public void An_unknown_kind_or_a_damaged_part_is_one_clear_line(string part, string json, string message)
    {
        var parts = new Dictionary<string, string> { ["model"] = """{"type":"BPE","vocab":{"a":0},"merges":[]}""", [part] = json };
        Write($"{{{string.Join(",", parts.Select(entry => $"\"{entry.Key}\":{entry.Value}"))}}}");
        Assert.Contains(message, Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty; expected a tokenizer")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("{\n\"model\":", "is not JSON (line 2)")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0", "is a Git LFS pointer")]
    public void Another_content_is_one_clear_line(string content, string message)
    {
        Write(content);
        Assert.Contains(message, Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_one_clear_line() =>
        Assert.EndsWith("tokenizer.json: there is no such file; expected a tokenizer of Hugging Face's tokenizers", Refusal(), StringComparison.Ordinal);

    [Theory]
    [InlineData("smolvlm2_like")]
    [InlineData("paligemma_like")]
    [InlineData("bart_like")]
    public void Any_file_is_read_or_refused_with_one_line(string name)
    {
        // The vocabulary made small, so that damage meets all parts.
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(Goldens.Find($"policies/tokenizers/{name}"), "tokenizer.json")))!;
        json["added_tokens"] = new JsonArray([.. json["added_tokens"]!.AsArray().Take(6).Select(token => token!.DeepClone())]);
        json["model"]!["vocab"] = new JsonObject(json["model"]!["vocab"]!.AsObject().Take(300).Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())));
        json["model"]!["merges"] = new JsonArray();
        Fuzz.Run([Encoding.UTF8.GetBytes(json.ToJsonString())], content =>
        {
            File.WriteAllBytes(Path.Combine(_folder, TokenizerFile.Name), content);
            try
            {
                var tokenizer = Tokenizer.Load(_folder);
                tokenizer.Decode(tokenizer.Encode("pick up\n\n the 3 <mask> bowls 𝄞", maxLength: 5));
            }
            catch (EvalCoreException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.StartsWith(_folder, e.Message, StringComparison.Ordinal);
            }
        });
    }

    private void Write(string content) => File.WriteAllText(Path.Combine(_folder, TokenizerFile.Name), content);

    private string Refusal()
    {
        string message = Assert.Throws<EvalCoreException>(() => Tokenizer.Load(_folder)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.StartsWith(_folder, message, StringComparison.Ordinal);
        return message;
    }
}
