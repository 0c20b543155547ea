using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace EvalCore.Cli.Tests.Jobs;

/// <summary>
/// A Slurm of one node on this machine: the distribution's munged, slurmctld and slurmd with a configuration, a key, ports and
/// files of their own. They need neither systemd nor cgroups. Disposing it ends them.
/// </summary>
internal sealed class SlurmCluster : IAsyncDisposable
{
    private static readonly string[] Daemons = ["munged", "slurmctld", "slurmd"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slurm-");
    private readonly List<Process> _running = [];

    private SlurmCluster()
    {
    }

    /// <summary>The variables of programs that use this cluster.</summary>
    public Dictionary<string, string?> Variables => new() { ["SLURM_CONF"] = In("slurm.conf"), ["PATH"] = Path };

    /// <summary>Daemons are in folders that the path of a user lacks.</summary>
    private static string Path => $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";

    /// <summary>Why there can be no cluster on this machine; null where there can.</summary>
    public static string? Missing =>
        Daemons.Append("sbatch").FirstOrDefault(program => !Path.Split(':').Any(folder => File.Exists(System.IO.Path.Combine(folder, program)))) is { } program
            ? $"there is no {program}; install slurm-wlm and munge"
            : null;

    /// <summary>Starts the daemons, and waits until the node takes jobs.</summary>
    public static async Task<SlurmCluster> Start()
    {
        var cluster = new SlurmCluster();
        try
        {
            await cluster.Begin();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a program of Slurm to its end.</summary>
    public async Task<(int Code, string Output)> Run(string program, params string[] args)
    {
        using var process = Launch(program, args);
        string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(output));
    }

    public async ValueTask DisposeAsync()
    {
        if (_running.Count == Daemons.Length)
        {
            await Run("scancel", "--full", $"--user={Environment.UserName}");
            for (int i = 0; i < 20 && (await Run("squeue", "--noheader")).Output.Length > 0; i++)
                await Task.Delay(500);
        }

        foreach (var process in Enumerable.Reverse(_running))
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private async Task Begin()
    {
        string host = Dns.GetHostName().Split('.')[0], user = Environment.UserName;
        foreach (string name in (string[])["state", "spool"])
            _folder.CreateSubdirectory(name);
        byte[] key = new byte[128];
        Random.Shared.NextBytes(key);
        File.WriteAllBytes(In("munge.key"), key);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(In("munge.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var (control, node) = FreePorts();
        File.WriteAllText(In("slurm.conf"), $"""
            ClusterName=test
            SlurmctldHost={host}(127.0.0.1)
            SlurmUser={user}
            SlurmdUser={user}
            SlurmctldPort={control}
            SlurmdPort={node}
            AuthType=auth/munge
            AuthInfo=socket={In("munge.socket")}
            CredType=cred/munge
            StateSaveLocation={In("state")}
            SlurmdSpoolDir={In("spool")}
            SlurmctldPidFile={In("slurmctld.pid")}
            SlurmdPidFile={In("slurmd.pid")}
            SlurmctldLogFile={In("slurmctld.log")}
            SlurmdLogFile={In("slurmd.log")}
            ProctrackType=proctrack/pgid
            TaskPlugin=task/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU
            MpiDefault=none
            JobAcctGatherType=jobacct_gather/none
            AccountingStorageType=accounting_storage/none
            SwitchType=switch/none
            KillWait=2
            SchedulerParameters=sched_interval=1,batch_sched_delay=0
            SlurmdParameters=config_overrides
            NodeName={host} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
            PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP

            """);
        Daemon("munged", "--foreground", "--force", $"--key-file={In("munge.key")}", $"--socket={In("munge.socket")}", $"--pid-file={In("munged.pid")}", $"--log-file={In("munged.log")}", $"--seed-file={In("munged.seed")}");
        await Until(() => Task.FromResult(File.Exists(In("munge.socket"))));
        Daemon("slurmctld", "-D", "-c", "-f", In("slurm.conf"));
        Daemon("slurmd", "-D", "-c", "-f", In("slurm.conf"), "-N", host);
        await Until(async () => (await Run("sinfo", "--noheader", "--format=%t")).Output.Trim() == "idle");
    }

    private async Task Until(Func<Task<bool>> isDone)
    {
        for (int i = 0; !await isDone(); i++)
        {
            if (i == 120 || _running.Exists(process => process.HasExited))
                Assert.Fail($"Slurm does not start:\n{string.Join('\n', _folder.GetFiles("*.log").Select(file => $"{file.Name}:\n{File.ReadAllText(file.FullName)}"))}");
            await Task.Delay(500);
        }
    }

    private void Daemon(string program, params string[] args)
    {
        var process = Launch(program, args);

        // Nobody reads it; the logs are files.
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        _running.Add(process);
    }

    private Process Launch(string program, string[] args)
    {
        string file = Path.Split(':').Select(folder => System.IO.Path.Combine(folder, program)).First(File.Exists);
        var start = new ProcessStartInfo(file, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private string In(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Two ports that nobody uses now.</summary>
    private static (int Control, int Node) FreePorts()
    {
        using TcpListener one = new(IPAddress.Loopback, 0), two = new(IPAddress.Loopback, 0);
        one.Start();
        two.Start();
        return (((IPEndPoint)one.LocalEndpoint).Port, ((IPEndPoint)two.LocalEndpoint).Port);
    }
}
