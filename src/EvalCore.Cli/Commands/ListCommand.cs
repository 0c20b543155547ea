using System.CommandLine;
using EvalCore.Cli.Help;
using EvalCore.Environments;
using Spectre.Console;

namespace EvalCore.Cli.Commands;

/// <summary><c>evalcore list</c>: which suites, tasks and policies there are.</summary>
internal static class ListCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var suite = new Argument<string?>("env") { Arity = ArgumentArity.ZeroOrOne, HelpName = "env" };
        var command = new PagedCommand("list", "List the suites and policy types, or the tasks of one suite.", new HelpPage(
            "evalcore list [env]",
            [
                new("evalcore list", "suites and policy types"),
                new("evalcore list pusht", "the tasks of PushT, and the policies that play it"),
            ],
            _ => [new HelpSection("Arguments", [new HelpRow("env", $"the suite: {string.Join(", ", registry.EnvTypes)}")])],
            HelpPage.UsualExitCodes));
        command.Add(suite);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(suite) is { } type)
                Suite(registry, registry.NewEnv(type), terminal.Out);
            else
                Everything(registry, terminal.Out);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Everything(Registry registry, IAnsiConsole console)
    {
        var suites = Rows("suite", "tasks", "default task", "observes");
        foreach (var env in registry.EnvTypes.Select(registry.NewEnv))
            suites.AddRow(Cells(env.Type, $"{env.AllTasks().Count}", env.Task, Keys(env)));
        console.Write(suites);
        Policies(registry, _ => true, console);
        console.WriteLine("A suite's tasks: evalcore list SUITE");
    }

    private static void Suite(Registry registry, EnvConfig env, IAnsiConsole console)
    {
        var tasks = Rows("task", "group", "id", "instruction");
        foreach (var task in env.AllTasks())
            tasks.AddRow(Cells(task.Name, task.Group, $"{task.Id}", task.Description));
        console.Write(tasks);
        Policies(registry, type => registry.Plays(type, env), console);
        console.WriteLine($"observes  {Keys(env)}");
        console.WriteLine($"action    [{env.ActionSpace.Dimension}], from {env.ActionSpace.Low} to {env.ActionSpace.High}");
    }

    private static void Policies(Registry registry, Func<string, bool> plays, IAnsiConsole console)
    {
        var policies = Rows("policy type", "");
        foreach (var (type, about) in registry.PolicyTypes.OrderBy(type => type.Key, StringComparer.Ordinal).Where(type => plays(type.Key)))
            policies.AddRow(Cells(type, about));
        console.Write(policies);
    }

    private static string Keys(EnvConfig env) => string.Join(", ", env.ObservationSpace.Select(field => field.Key));

    private static Table Rows(params string[] headings)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string heading in headings)
            table.AddColumn(new TableColumn(Markup.Escape(heading)));
        return table;
    }

    private static IEnumerable<Text> Cells(params string[] texts) => texts.Select(text => new Text(text));
}
