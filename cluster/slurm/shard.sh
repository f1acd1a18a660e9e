#!/usr/bin/env bash
# One part of a run, as a task of an array of Slurm (see submit.sh).
#SBATCH --job-name=tradepath-part
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#
# A part that was killed begins again here: Slurm would rerun it too, but it cancels the reduce that waits for it.
# K comes as an argument: SLURM_ARRAY_TASK_COUNT is another number where only some tasks are sent again.
set -uo pipefail
shards=$1 folder=$2
shift 2
for try in 1 2 3; do
  "${TRADEPATH:-tradepath}" run "$@" --shard auto --shards "$shards" --out "$folder/parts" \
    --threads "${SLURM_CPUS_PER_TASK:-1}"
  code=$?
  # 0: done. 2: trying again cannot help.
  case $code in 0 | 2) exit "$code" ;; esac
  echo "try $try of part $SLURM_ARRAY_TASK_ID ended with exit code $code" >&2
done
exit "$code"
