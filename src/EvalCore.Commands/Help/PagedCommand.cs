using System.CommandLine;

namespace EvalCore.Commands.Help;

/// <summary>A command with a page of help.</summary>
internal sealed class PagedCommand(string name, string description, HelpPage page) : Command(name, description)
{
    /// <summary>The page of help.</summary>
    public HelpPage Page { get; } = page;
}
