#!/usr/bin/env bash
# Runs the parts of a run with GNU parallel, on this machine or on others, and joins them.
#
#   cluster/parallel.sh K DIR [arguments of `tradepath run`]
#
# DIR/parts and the result DIR/whole must be seen by all machines. PARALLEL_OPTIONS is passed on, such as
# `--sshloginfile hosts --env TRADEPATH`. A part that was killed is tried three times; finished parts of an earlier call
# are left as they are.
set -euo pipefail
if [ $# -lt 2 ]; then
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
shards=$1 folder=$2
shift 2
program=${TRADEPATH:-tradepath}
mkdir -p "$folder"
# One thread a part: as many parts at a time as there are cores.
# shellcheck disable=SC2086 # several words
seq "$shards" | parallel --will-cite --retries 3 --quote ${PARALLEL_OPTIONS:-} \
  "$program" run "$@" --shard auto --shards "$shards" --shard-index '{}' --out "$folder/parts" --threads 1
"$program" reduce "$folder/parts" --out "$folder/whole" --overwrite
