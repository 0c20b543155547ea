#!/bin/bash
# A run in 4 shards: task i of this job array plays shard i. Written by evalcore slurm, and yours to change.
# submit.sh submits it, with the jobs before and after it.
#SBATCH --job-name=walk_walker
#SBATCH --array=0-3
#SBATCH --chdir=HERE
#SBATCH --output=FOLDER/run/logs/shard-%a.log
# After a failure of its node, or a preemption, a shard goes into the queue again; its log is continued.
#SBATCH --requeue
#SBATCH --open-mode=append
# A minute before the time limit evalcore is asked to stop. Finished episodes are kept in any case.
#SBATCH --signal=TERM@60

# Without it .NET counts all cores of the node that the job may be moved to.
export DOTNET_PROCESSOR_COUNT="${SLURM_CPUS_PER_TASK:-$SLURM_CPUS_ON_NODE}"
# A shard is no run of its own in a history: the merge adds the whole one.
unset EVALCORE_HISTORY

# --resume=auto begins the shard, or resumes it where an earlier attempt has finished episodes.
srun --ntasks=1 evalcore eval \
  --env.type=walk \
  --policy.type=walker \
  --policy.device=cpu \
  --env.task=left \
  --shard="$SLURM_ARRAY_TASK_ID/4" \
  --output_dir=FOLDER/run/shard-"$SLURM_ARRAY_TASK_ID" \
  --resume=auto
code=$?

# Retries: at most 3. Exit code 2 is bad input or something missing on the node, which another attempt would meet again.
if [ "$code" -ne 0 ] && [ "$code" -ne 2 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 3 ]; then
  echo "shard $SLURM_ARRAY_TASK_ID ended with exit code $code; it goes into the queue again"
  # Slurm ends this attempt when it has put the shard into the queue.
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" && sleep 60
fi
exit "$code"