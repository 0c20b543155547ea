using EvalCore.Commands;
using PointGoal;

return await EvalCoreApp.Run(args, registry => registry
    .Add(new PointSuite())
    .Add(new StraightPolicy())
    .Add(new NoisyPlanPolicy()));
