using EvalCore.Cli;

using var interrupts = new Interrupts();
return await new App(Suites.Registry(), Terminal.Standard()).Run(args, interrupts.Stop);
