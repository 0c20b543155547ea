using EvalCore.Planning;
using EvalCore.Statistics;
using EvalCore.Statistics.Paired;
using EvalCore.Statistics.Sequential;
using EvalCore.Statistics.Unpaired;

namespace EvalCore.Tests.Planning;

public sealed class PlanningTests
{
    [Theory]
    [InlineData(0.8, 0.7, 0, 0.24, 0.14)]
    [InlineData(0.8, 0.7, 1, 0.1, 0)]
    [InlineData(0.8, 0.7, 0.4, 0.184, 0.084)]
    [InlineData(0.5, 0.5, 0.5, 0.125, 0.125)]
    public void Pairs_end_as_the_rates_and_the_shared_luck_say(double first, double second, double shared, double loss, double win)
    {
        var pairs = PairRates.Of(first, second, shared);
        Assert.Equal(loss, pairs.LossRate, 1e-12);
        Assert.Equal(win, pairs.WinRate, 1e-12);
        Assert.Equal(first - second, pairs.LossRate - pairs.WinRate, 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    [InlineData(90)]
    public void The_power_of_the_paired_test_is_the_sum_over_all_outcomes(int count)
    {
        foreach (var pairs in (PairRates[])[PairRates.Of(0.8, 0.7, 0), PairRates.Of(0.8, 0.6, 0.7), new(0.3, 0), new(0, 0.2), new(0.5, 0.5)])
        {
            double power = 0;
            for (int losses = 0; losses <= count; losses++)
            {
                for (int wins = 0; losses + wins <= count; wins++)
                {
                    if (McNemarTest.SecondWorse(new PairedOutcomes(0, losses, wins, count - losses - wins)) > 0.05)
                        continue;
                    power += Math.Exp(Gamma.LogChoose(count, losses + wins) + Gamma.LogChoose(losses + wins, losses))
                        * Math.Pow(pairs.LossRate, losses) * Math.Pow(pairs.WinRate, wins) * Math.Pow(Math.Max(0, 1 - pairs.Discordant), count - losses - wins);
                }
            }

            Assert.Equal(power, PairedPower.Of(pairs, count, 0.05), 1e-10);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(60)]
    public void The_power_of_the_unpaired_test_is_the_sum_over_all_outcomes(int count)
    {
        double power = 0;
        Binomial first = new(count, 0.8), second = new(count, 0.6);
        for (int a = 0; a <= count; a++)
        {
            for (int b = 0; b <= count; b++)
            {
                double p = FisherTest.PValue(new UnpairedOutcomes(a, count, b, count), Alternative.Greater);
                if (a >= b)
                    Assert.Equal(p, UnpairedPower.AtLeast(a, a + b, count), 1e-9);
                power += p <= 0.05 ? Math.Exp(first.LogProbability(a) + second.LogProbability(b)) : 0;
            }
        }

        Assert.Equal(power, UnpairedPower.Of(0.8, 0.6, count, 0.05), 1e-10);
    }

    /// <summary>The figures of goldens/statistics/SPEC.md: power and mean trials of the sign test at N = 200, alpha 0.05, rates 0.8 and 0.7.</summary>
    [Theory]
    [InlineData(0, 0.67, 142)]
    [InlineData(0.4, 0.80, 123)]
    [InlineData(0.7, 0.94, 102)]
    public void The_sequential_sign_test_has_the_power_and_the_trials_of_the_specification(double shared, double power, double trials)
    {
        var figures = new GateSimulation(0.05, null).Run(PairRates.Of(0.8, 0.7, shared), 200, 2000, TestContext.Current.CancellationToken);
        Assert.Equal(power, figures.Failed, 0.005 + 3 * figures.StandardError(power));
        Assert.Equal(trials, figures.MeanPairs, 4.5);
    }

    /// <summary>The figures of goldens/statistics/SPEC.md: margin 0.1, alpha 0.05, N = 200, equal rates of 0.8.</summary>
    [Theory]
    [InlineData(0.5, 0.80, 112)]
    [InlineData(0.9, 1.00, 55)]
    public void The_margin_test_has_the_power_and_the_pairs_of_the_specification(double shared, double power, double pairs)
    {
        var figures = new GateSimulation(0.05, 0.1, signTest: false).Run(PairRates.Of(0.8, 0.8, shared), 200, 2000, TestContext.Current.CancellationToken);
        Assert.Equal(power, figures.Passed, 0.006 + 3 * figures.StandardError(power));
        Assert.Equal(pairs, figures.MeanPairs, 4.5);
    }

    [Fact]
    public void False_verdicts_are_as_rare_as_alpha_says()
    {
        var gate = new GateSimulation(0.05, 0.1);
        const double Limit = 0.05 + 3 * 0.005;
        foreach (double shared in (double[])[0, 0.5, 0.9])
        {
            Assert.InRange(gate.Run(PairRates.Of(0.8, 0.8, shared), 200, 2000, TestContext.Current.CancellationToken).Failed, 0, Limit);
            Assert.InRange(gate.Run(PairRates.Of(0.8, 0.7, shared), 200, 2000, TestContext.Current.CancellationToken).Passed, 0, Limit);
        }
    }

    /// <summary>The simulation multiplies where the test adds logarithms.</summary>
    [Fact]
    public void A_simulated_comparison_stops_where_the_tests_do()
    {
        foreach (double margin in (double[])[0.02, 0.1, 0.3])
        {
            foreach (double shared in (double[])[0, 0.6, 0.95])
            {
                var pairs = PairRates.Of(0.8, 0.75, shared);
                var worse = new SequentialSignTest(0.05, 400);
                var within = new MarginTest(margin, 0.05);
                var random = new Random(0);
                int stop = 0;
                for (bool stopped = false; !stopped && stop < 400; stop++)
                {
                    double luck = random.NextDouble();
                    bool first = luck >= pairs.Discordant || luck < pairs.LossRate, second = luck >= pairs.LossRate;
                    stopped = within.Add(first, second) | worse.Add(first, second);
                }

                Assert.Equal(stop, new GateSimulation(0.05, margin).Run(pairs, 400, 1, TestContext.Current.CancellationToken).MeanPairs);
            }
        }
    }

    [Fact]
    public void A_plan_has_the_smallest_numbers_with_the_power()
    {
        var options = new PlanOptions { Rate = 80, Drop = 10, SharedLuck = 40 };
        var plan = EvaluationPlan.Of(options, 0.8, TestContext.Current.CancellationToken);
        var pairs = PairRates.Of(0.8, 0.7, 0.4);
        Assert.True(PairedPower.Of(pairs, plan.Paired!.Value, 0.05) >= 0.8);
        Assert.True(PairedPower.Of(pairs, plan.Paired.Value - 5, 0.05) < 0.8);
        Assert.True(UnpairedPower.Of(0.8, 0.7, plan.Unpaired!.Value, 0.05) >= 0.8);
        Assert.True(UnpairedPower.Of(0.8, 0.7, plan.Unpaired.Value - 10, 0.05) < 0.8);

        // 200 pairs have the power 0.80: see the specification.
        Assert.InRange(plan.Gate!.Value, 185, 215);
        Assert.InRange(plan.WithDrop!.Value.Failed, 0.79, 0.83);
        Assert.InRange(plan.WithDrop.Value.MeanPairs, 110, 135);
        Assert.Equal(43, plan.Unchanged);
        Assert.True(plan.Paired < plan.Gate && plan.Gate < plan.Unpaired);
    }

    [Theory]
    [InlineData(100, 1, 100)]
    [InlineData(10, 10, 0)]
    [InlineData(1.5, 1, 90)]
    [InlineData(50, 1, 0)]
    public void A_plan_at_the_edges_ends(double rate, double drop, double shared)
    {
        var plan = EvaluationPlan.Of(new PlanOptions { Rate = rate, Drop = drop, SharedLuck = shared }, rate / 100, TestContext.Current.CancellationToken);
        Assert.True(plan.Paired is null or > 0);
        Assert.True(plan.Unchanged > 0);
    }

    [Theory]
    [InlineData("--rate: 0 is not possible; give percent, above 0 and at most 100, for example 80", 0.0, 10, 0.8, 0.05, 40)]
    [InlineData("--drop: 0.1 is not possible; give percentage points, from 1 to below 100, for example 10", 80.0, 0.1, 0.8, 0.05, 40)]
    [InlineData("--drop: from 8 % the rate cannot drop by 10 points; give a smaller drop", 8.0, 10, 0.8, 0.05, 40)]
    [InlineData("--power: 1 is not possible; give a probability between 0 and 1, for example 0.8", 80.0, 10, 1, 0.05, 40)]
    [InlineData("--power: 0.04 is not above --alpha (0.05); give a larger probability, for example 0.8", 80.0, 10, 0.04, 0.05, 40)]
    [InlineData("--alpha: NaN is not possible; give a probability between 0 and 1, for example 0.05", 80.0, 10, 0.8, double.NaN, 40)]
    [InlineData("--shared_luck: 101 is not possible; give percent, from 0 to 100", 80.0, 10, 0.8, 0.05, 101)]
    public void A_value_out_of_range_is_one_line(string message, double rate, double drop, double power, double alpha, double shared) => Assert.Equal(
        message,
        Assert.Throws<EvalCoreException>(new PlanOptions { Rate = rate, Drop = drop, Power = power, Alpha = alpha, SharedLuck = shared }.Validate).Message);
}
