#!/usr/bin/env bash
# Sends a run to Slurm: an array of K parts, and a reduce that begins when all of them are there.
#
#   cluster/slurm/submit.sh K DIR [arguments of `tradepath run`]
#   cluster/slurm/submit.sh 20 /shared/me/big my-folder --draws 100000
#
# DIR lies on a disk that all nodes see: DIR/parts, DIR/log and the result DIR/whole. TRADEPATH names the program where
# it is not on the PATH; SBATCH_* variables (partition, account, time limit) are those of sbatch. Prints the two job ids.
# To send failed parts again, run the same line: finished parts end at once.
set -euo pipefail
if [ $# -lt 2 ]; then
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
shards=$1 folder=$2
shift 2
mkdir -p "$folder/log"
log="$folder/log/%x-%A-%a.txt"
array=$(sbatch --parsable --array="1-$shards" --output="$log" "$here/shard.sh" "$shards" "$folder" "$@")
reduce=$(sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes \
  --output="$folder/log/%x-%j.txt" "$here/reduce.sh" "$folder")
echo "$array $reduce"
