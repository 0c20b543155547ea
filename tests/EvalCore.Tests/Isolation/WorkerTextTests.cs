using System.Text;
using EvalCore.Environments;
using EvalCore.Isolation;

namespace EvalCore.Tests.Isolation;

/// <summary>What the process of a run and that of an environment write to each other.</summary>
public sealed class WorkerTextTests
{
    [Fact]
    public void A_task_has_all_that_it_had()
    {
        var task = new EnvTask("suite", "group", 3, "name", "do it") { InitStates = 4, MaxSteps = 5 };

        // A property that this test does not set could be forgotten.
        var empty = new EnvTask("", "", 0, "", "");
        Assert.All(typeof(EnvTask).GetProperties(), property => Assert.NotEqual(property.GetValue(empty), property.GetValue(task)));
        Assert.Equal(task, WorkerText.TaskOf(WorkerText.Of(task)));
        Assert.Equal(empty, WorkerText.TaskOf(WorkerText.Of(empty)));
    }

    [Fact]
    public void What_derives_from_an_exception_of_the_contracts_is_that_exception()
    {
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => ArgumentOutOfRangeException.ThrowIfNegative(-1));
        Assert.Equal(thrown.Message, Assert.IsType<ArgumentException>(WorkerText.ExceptionOf(WorkerText.Of(thrown))).Message);
        Assert.Equal("late", Assert.IsType<OperationCanceledException>(WorkerText.ExceptionOf(WorkerText.Of(new TaskCanceledException("late")))).Message);
    }

    [Fact]
    public void An_exception_with_a_long_message_can_be_read()
    {
        string text = WorkerText.Of(new InvalidOperationException(new string('\u0001', 1_000_000)));
        Assert.Equal(text, Pass(text));
        Assert.StartsWith("InvalidOperationException: ", WorkerText.ExceptionOf(text).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", 300_000)]
    [InlineData("\u00e9", 200_000)]
    [InlineData("\u20ac", 100_000)]
    public void A_text_that_is_too_long_is_cut(string character, int count)
    {
        string text = string.Concat(Enumerable.Repeat(character, count)), passed = Pass(text);
        Assert.StartsWith(passed, text, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(passed), Mailbox.Bytes - 1000, Mailbox.Bytes);
    }

    private static string Pass(string text)
    {
        using var mailbox = new Mailbox(SharedMemory.Create(Mailbox.Bytes, out string path));
        File.Delete(path);
        mailbox.Text = text;
        return mailbox.Text;
    }
}
