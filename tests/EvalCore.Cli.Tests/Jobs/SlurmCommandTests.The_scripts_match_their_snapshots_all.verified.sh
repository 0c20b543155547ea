##### assets.sbatch
#!/bin/bash
# Fetches the files of the benchmark into the cache, once, before the shards begin. Written by evalcore slurm, and yours to change.
# Where the nodes have no network, run the last line on a machine that has one and shares the cache (EVALCORE_CACHE), and
# delete this file: submit.sh does without it.
#SBATCH --job-name="walks of two-assets"
#SBATCH --chdir=HERE
#SBATCH --output=FOLDER/run/logs/assets.log
#SBATCH --time=02:00:00
#SBATCH --partition=gpu
#SBATCH --account=robots
#SBATCH --qos=long
#SBATCH --constraint="a100|h100"

module load dotnet/10
source ~/keys.sh

apptainer exec --nv evalcore.sif evalcore assets fetch walks

##### merge.sbatch
#!/bin/bash
# Merges the shards when all have ended, with success or not. Written by evalcore slurm, and yours to change.
#SBATCH --job-name="walks of two-merge"
#SBATCH --chdir=HERE
#SBATCH --output=FOLDER/run/logs/merge.log
#SBATCH --time=02:00:00
#SBATCH --partition=gpu
#SBATCH --account=robots
#SBATCH --qos=long
#SBATCH --constraint="a100|h100"

module load dotnet/10
source ~/keys.sh

# Fails where a shard is not whole, and says which and how to submit them.
apptainer exec --nv evalcore.sif evalcore shards FOLDER/run || exit 1
apptainer exec --nv evalcore.sif evalcore merge FOLDER/run/shard-* --output_dir=FOLDER/run || exit 1
apptainer exec --nv evalcore.sif evalcore report FOLDER/run

##### shards.sbatch
#!/bin/bash
# A run in 6 shards: task i of this job array plays shard i. Written by evalcore slurm, and yours to change.
# submit.sh submits it, with the jobs before and after it.
#SBATCH --job-name="walks of two"
#SBATCH --array=0-5%3
#SBATCH --chdir=HERE
#SBATCH --output=FOLDER/run/logs/shard-%a.log
#SBATCH --time=02:00:00
#SBATCH --partition=gpu
#SBATCH --account=robots
#SBATCH --qos=long
#SBATCH --constraint="a100|h100"
# After a failure of its node, or a preemption, a shard goes into the queue again; its log is continued.
#SBATCH --requeue
#SBATCH --open-mode=append
# A minute before the time limit evalcore is asked to stop. Finished episodes are kept in any case.
#SBATCH --signal=TERM@60
#SBATCH --cpus-per-task=4
#SBATCH --mem=16G
#SBATCH --gres=gpu:1

module load dotnet/10
source ~/keys.sh

# Without it .NET counts all cores of the node that the job may be moved to.
export DOTNET_PROCESSOR_COUNT="${SLURM_CPUS_PER_TASK:-$SLURM_CPUS_ON_NODE}"
# srun does not take the number of cores from the job.
export SRUN_CPUS_PER_TASK="$SLURM_CPUS_PER_TASK"
# A shard is no run of its own in a history: the merge adds the whole one.
unset EVALCORE_HISTORY

# --resume=auto begins the shard, or resumes it where an earlier attempt has finished episodes.
srun --ntasks=1 apptainer exec --nv evalcore.sif evalcore eval \
  --env.type=walk \
  --policy.type=walker \
  --policy.device=cpu \
  --job_name='walks of two' \
  --eval.n_episodes=7 \
  --eval.n_episodes_to_render=0 \
  --policy.n_action_steps=2 \
  --shard="$SLURM_ARRAY_TASK_ID/6" \
  --output_dir=FOLDER/run/shard-"$SLURM_ARRAY_TASK_ID" \
  --resume=auto
code=$?

# Retries: at most 2. Exit code 2 is bad input or something missing on the node, which another attempt would meet again.
if [ "$code" -ne 0 ] && [ "$code" -ne 2 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 2 ]; then
  echo "shard $SLURM_ARRAY_TASK_ID ended with exit code $code; it goes into the queue again"
  # Slurm ends this attempt when it has put the shard into the queue.
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" && sleep 60
fi
exit "$code"

##### submit.sh
#!/bin/sh
# Submits the jobs, each after the one that it needs, and prints their numbers. Written by evalcore slurm, and yours to change.
# What is given is for the shards: sh submit.sh --array=3,7%3 submits shards 3 and 7 alone, and the merge after them.
here=FOLDER/run
for given in "$@"; do
  if [ "$given" = --array= ]; then
    echo "submit.sh: --array= names no shard, as evalcore shards --format=array does where all are whole" >&2
    exit 1
  fi
done
mkdir -p "$here/logs" || exit 1

# Files are fetched before the first attempt. Shards without them never start: then they leave the queue, and the merge says so.
fetched=
if [ "$#" -eq 0 ] && [ -e "$here/assets.sbatch" ]; then
  fetched=$(sbatch --parsable "$here/assets.sbatch") || exit 1
  fetched=${fetched%%;*}
  echo "files of the benchmark: job $fetched"
fi
shards=$(sbatch --parsable ${fetched:+--dependency=afterok:"$fetched" --kill-on-invalid-dep=yes} "$@" "$here/shards.sbatch")
if [ -z "$shards" ]; then
  [ -z "$fetched" ] || scancel "$fetched"
  exit 1
fi
shards=${shards%%;*}
echo "shards: job $shards"

# afterany: also after shards that failed, of which the merge says how to submit them again. With afterok it would wait for ever.
if ! merge=$(sbatch --parsable --dependency=afterany:"$shards" "$here/merge.sbatch"); then
  # All jobs are submitted, or none.
  scancel ${fetched:+"$fetched"} "$shards"
  exit 1
fi
echo "merge: job ${merge%%;*}"