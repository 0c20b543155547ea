using System.CommandLine;
using System.Globalization;
using EvalCore.Commands.Help;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Options;
using Spectre.Console;

namespace EvalCore.Commands;

/// <summary><c>evalcore list</c>: lists suites, tasks and policies.</summary>
internal static class ListCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var suite = new Argument<string?>("env") { Arity = ArgumentArity.ZeroOrOne, HelpName = "SUITE" };
        var command = new PagedCommand("list", "List the suites and policy types, or the tasks of one suite.", new HelpPage(
            "evalcore list [SUITE]",
            [
                new("evalcore list", "list suites and policy types"),
                new("evalcore list pusht", "list the tasks of a suite and the policies that can play it"),
            ],
            _ => [new HelpSection("Arguments", [new HelpRow("SUITE", $"the suite: {string.Join(", ", registry.EnvTypes)}")])],
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
        var suites = Rows("suite", "tasks", "default task", "observations");
        foreach (var env in registry.EnvTypes.Select(registry.NewEnv))
        {
            using var benchmark = env.Open();
            suites.AddRow(Cells(env.Type, $"{benchmark.AllTasks.Count}", DefaultTask(env), Keys(benchmark)));
        }

        console.Write(suites);
        Policies(registry, _ => true, console);
        console.WriteLine("A suite's tasks: evalcore list SUITE");
    }

    private static void Suite(Registry registry, EnvConfig env, IAnsiConsole console)
    {
        using var benchmark = env.Open();
        var tasks = Rows("task", "group", "id", "instruction");
        foreach (var task in benchmark.AllTasks)
            tasks.AddRow(Cells(task.Name, task.Group, $"{task.Id}", task.Description));
        console.Write(tasks);
        Policies(registry, type => registry.Plays(type, env), console);
        console.WriteLine($"default task  {DefaultTask(env)}");
        foreach (string line in Observations(registry, env, benchmark))
            console.WriteLine(line);
        console.WriteLine($"action        [{benchmark.ActionSpace.Dimension}]: {string.Join("; ", benchmark.ActionSpace.Components.Select(Describe))}");
    }

    private static void Policies(Registry registry, Func<string, bool> plays, IAnsiConsole console)
    {
        var policies = Rows("policy type", "");
        foreach (var (type, about) in registry.PolicyTypes.OrderBy(type => type.Key, StringComparer.Ordinal).Where(type => plays(type.Key)))
            policies.AddRow(Cells(type, about));
        console.Write(policies);
    }

    /// <summary>The default of <c>--env.task</c>, or a hint where LeRobot's default is not a task of the suite.</summary>
    private static string DefaultTask(EnvConfig env)
    {
        try
        {
            env.Validate();
            return env.Task;
        }
        catch (EvalCoreException)
        {
            return "none: give --env.task";
        }
    }

    /// <summary>The observations, a line for each choice of <c>--env.obs_type</c> where the suite has that flag.</summary>
    private static IEnumerable<string> Observations(Registry registry, EnvConfig env, IBenchmark benchmark)
    {
        const string Flag = "env.obs_type";
        if (OptionProperty.Of(env.GetType(), "env.").FirstOrDefault(property => property.Name == Flag) is not { Choices: { Count: > 0 } choices } flag)
        {
            yield return $"observations  {Keys(benchmark)}";
            yield break;
        }

        foreach (string choice in choices)
        {
            var chosen = registry.NewEnv(env.Type);
            new OptionSet([$"--{Flag}={choice}"]).Bind(chosen, "env.");
            using var opened = chosen.Open();
            yield return $"observations  {Keys(opened)}  with --{Flag}={choice}{(choice == flag.TextOf(env) ? ", the default" : "")}";
        }
    }

    private static string Keys(IBenchmark benchmark) => string.Join(", ", benchmark.ObservationSpace.Select(field => field.Key));

    private static string Describe(ActionComponent component) => string.Create(
        CultureInfo.InvariantCulture,
        $"{component.Name} {component.Low} to {component.High}{(component.Unit.Length == 0 ? "" : $" {component.Unit}")}{(component.IsRelative ? ", relative" : "")}");

    private static Table Rows(params string[] headings)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string heading in headings)
            table.AddColumn(new TableColumn(Markup.Escape(heading)));
        return table;
    }

    private static IEnumerable<Text> Cells(params string[] texts) => texts.Select(text => new Text(text));
}
