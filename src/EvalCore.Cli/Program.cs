using EvalCore.Cli;
using EvalCore.Commands;

return await EvalCoreApp.Run(args, BuiltIn.Register);
