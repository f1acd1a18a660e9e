#!/usr/bin/env bash
# Joins the parts of a run, when the array of Slurm that computed them is done (see submit.sh).
#SBATCH --job-name=tradepath-reduce
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail
# As much memory as the job has; without a limit of Slurm the program looks at the machine.
memory=${SLURM_MEM_PER_NODE:+--max-memory ${SLURM_MEM_PER_NODE}M}
# shellcheck disable=SC2086 # two words
exec "${TRADEPATH:-tradepath}" reduce "$1/parts" --out "$1/whole" --overwrite $memory
