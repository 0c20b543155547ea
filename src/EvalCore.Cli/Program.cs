using EvalCore.Cli;

return await new App(Suites.Registry(), Terminal.Standard()).Run(args);
