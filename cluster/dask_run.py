#!/usr/bin/env python3
"""Runs the parts of a run on the workers of Dask, and joins them.

    python3 cluster/dask_run.py --shards 20 --out DIR [--scheduler ADDRESS] -- [arguments of `tradepath run`]

DIR/parts and the result DIR/whole must be seen by all workers. Without --scheduler, workers start on this machine.
Needs the package `distributed`. A part that was killed is tried three times; one with exit code 2 is not, since
trying again cannot help. Finished parts of an earlier call are left as they are.
"""

import argparse
import os
import subprocess
import sys


def run_part(program, arguments, shards, index, parts):
    """Runs one part; returns its number and the error that trying again cannot help, else None."""
    part = ["--shard", "auto", "--shards", str(shards), "--shard-index", str(index), "--out", parts]
    command = [program, "run", *arguments, *part, "--threads", "1", "--quiet"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode == 2:
        return index, done.stderr
    if done.returncode != 0:
        raise RuntimeError(f"part {index} ended with {done.returncode}: {done.stderr}")
    return index, None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, required=True, metavar="K")
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.add_argument("--scheduler", metavar="ADDRESS")
    parser.add_argument("arguments", nargs="*", help="arguments of `tradepath run`, after --")
    options = parser.parse_args()

    from distributed import Client, LocalCluster, as_completed

    program = os.environ.get("TRADEPATH", "tradepath")
    parts = os.path.join(options.out, "parts")
    os.makedirs(options.out, exist_ok=True)
    here = options.scheduler or LocalCluster(threads_per_worker=1, dashboard_address=None)
    refused = []
    with Client(here) as client:
        waiting = [
            client.submit(run_part, program, options.arguments, options.shards, k, parts, retries=2, pure=False)
            for k in range(1, options.shards + 1)
        ]
        for done in as_completed(waiting):
            index, error = done.result()
            if error:
                refused.append(f"part {index}: {error}")
    if refused:
        sys.stderr.write("\n".join(refused))
        return 2
    whole = os.path.join(options.out, "whole")
    return subprocess.run([program, "reduce", parts, "--out", whole, "--overwrite"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
