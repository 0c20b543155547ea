using EvalCore.Cli;

return await new App(Installed.Registry, Terminal.Standard()).Run(args);
