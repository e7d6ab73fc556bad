#!/usr/bin/env python3
"""Times pairs of malloc and free under Heapwise and under other profilers, in turns, and prints a table.

Each figure is the median over runs of a process of its own; a ratio is against the bare allocator of the same round.
Others are measured if they are there: jemalloc's own profiler (built here), heaptrack (its recording library alone).
"""

import argparse
import glob
import json
import os
import statistics
import subprocess

BENCH = ["cargo", "bench", "-p", "heapwise-benches", "--bench", "recorder", "--no-run", "--message-format=json"]
CONF = "_RJEM_MALLOC_CONF"
SAMPLED, OFF = "prof:true,lg_prof_sample:19", "prof:true,prof_active:false"
EXACT = "prof:true,lg_prof_sample:0"


def build(features):
    """The program that measures, with these features."""
    lines = subprocess.run([*BENCH, "--features", features], check=True, capture_output=True, text=True).stdout.splitlines()
    return next(row["executable"] for row in map(json.loads, lines) if row.get("executable") and row["target"]["name"] == "recorder")


def heaptrack():
    """The library that heaptrack preloads, if it is installed."""
    places = ["/usr/lib/heaptrack", "/usr/lib/*/heaptrack", "/usr/local/lib/heaptrack"]
    return next((found for place in places for found in glob.glob(f"{place}/libheaptrack_preload.so")), None)


def sides(ours, profiling):
    """Name, allocator that it is to be compared with, program, side, environment off, sampled, exact."""
    yield "bare System", "System", ours, "--bare", {}, {}, {}
    yield "Heapwise over System", "System", ours, "--wrapped", {}, {}, {}
    if library := heaptrack():
        recording = {"LD_PRELOAD": library, "DUMP_HEAPTRACK_OUTPUT": "/dev/null"}
        yield "heaptrack", "System", ours, "--bare", None, None, recording
    yield "bare jemalloc", "jemalloc", ours, "--bare", {}, {}, {}
    yield "Heapwise over jemalloc", "jemalloc", ours, "--wrapped", {}, {}, {}
    yield "jemalloc's profiler", "jemalloc", profiling, "--bare", {CONF: OFF}, {CONF: SAMPLED}, {CONF: EXACT}


def nanos(program, side, allocator, row, environment, rounds):
    words = [program, "--over", allocator, side, "--rounds", str(rounds), row]
    run = subprocess.run(words, env={**os.environ, **environment}, check=True, capture_output=True, text=True)
    return float(run.stdout.splitlines()[0])


def table(column, rows, all_sides, runs, rounds):
    print(f"\n| | {' | '.join(rows)} |\n|---|{'---|' * len(rows)}")
    cells = {side[0]: [] for side in all_sides}
    for row in rows:
        measured = [side for side in all_sides if side[column] is not None]
        turns = [[nanos(s[2], s[3], s[1], row, s[column], rounds) for s in measured] for _ in range(runs)]
        bare = {s[1]: index for index, s in enumerate(measured) if s[0].startswith("bare")}
        for index, side in enumerate(measured):
            ratio = statistics.median(turn[index] / turn[bare[side[1]]] for turn in turns)
            cells[side[0]].append(f"{statistics.median(turn[index] for turn in turns):.1f} ns, x{ratio:.2f}")
    for name, figures in cells.items():
        if figures:
            print(f"| {name} | {' | '.join(figures)} |")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=7, help="processes of each kind (default %(default)s)")
    options = options.parse_args()
    all_sides = list(sides(build("peers"), build("jemalloc-profiler")))
    table(4, ["off, 1 thread", "off, 2 threads"], all_sides, options.runs, 41)
    table(5, ["512 KiB, 1 thread", "512 KiB, 2 threads", "512 KiB, 64 frames deeper"], all_sides, options.runs, 41)
    table(6, ["exact, depth 10, 1 thread", "exact, depth 64", "exact, depth 10, 2 threads"], all_sides, options.runs, 9)


if __name__ == "__main__":
    main()
