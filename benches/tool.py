#!/usr/bin/env python3
"""Times each command of the tool on large profiles, in turns with `go tool pprof`, and prints tables.

The reference is the one that `cargo xtask test --only parity` put below the target folder. Figures are
medians: wall time, processor time of all threads, and the most memory resident at once.
"""

import argparse
import glob
import os
import statistics
import subprocess
import sys
import time

COMMANDS = ["-top", "-tree", "-peek=Method1$", "-dot", "-traces", "-raw", "-proto"]
TARGET = os.environ.get("CARGO_TARGET_DIR", "target")


def measured(words):
    """Seconds, seconds of processors, and MB of one run."""
    start = time.monotonic()
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(words)}: exit code {child.returncode}\n{said.decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def medians(runs):
    return [statistics.median(column) for column in zip(*runs)]


def in_turns(commands, runs):
    """Medians of each command; all run once before any runs again."""
    rounds = [[measured(command) for command in commands] for _ in range(runs)]
    return [medians(one) for one in zip(*rounds)]


def cell(figures):
    wall, cpu, memory = figures
    return f"{wall:.2f} s, {cpu:.2f} s, {memory:.0f} MB"


def table(profile, ours, reference, runs):
    gzip = ["sh", "-c", 'gzip -dc "$0" | wc -c', profile]
    size = int(subprocess.run(gzip, check=True, capture_output=True).stdout)
    print(f"\n{os.path.basename(profile)}: {os.path.getsize(profile) / 1e6:.1f} MB, {size / 1e6:.1f} MB raw\n")
    print("| command | heapwise | `go tool pprof` | times faster | of its memory | `gzip -dc` |")
    print("|---|---|---|---|---|---|")
    for command in COMMANDS:
        words = [command, "-symbolize=none", "-output=/dev/null", profile]
        rows = [[ours, *words], gzip] + ([[reference, *words]] if reference else [])
        mine, gunzip, *theirs = in_turns(rows, runs)
        times = memory = other = ""
        if theirs:
            other = cell(theirs[0])
            times, memory = f"{theirs[0][0] / mine[0]:.0f}", f"1/{theirs[0][2] / mine[2]:.0f}"
        print(f"| `{command}` | {cell(mine)} | {other} | {times} | {memory} | {gunzip[0]:.2f} s |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("profiles", nargs="+")
    parser.add_argument("--runs", type=int, default=3, help="how often each command runs (default 3)")
    parser.add_argument("--reference", help="the program to compare with")
    parser.add_argument("--alone", action="store_true", help="do not compare")
    given = parser.parse_args()
    ours = os.path.join(TARGET, "release", "heapwise")
    if not os.access(ours, os.X_OK):
        sys.exit("build first: cargo build --release")
    found = [given.reference] if given.reference else glob.glob(os.path.join(TARGET, "reference", "*", "pprof"))
    if not found and not given.alone:
        sys.exit("no reference: run `cargo xtask test --only parity -- top/go` once, or pass --reference or --alone")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before; wall time, processor time, memory")
    for profile in given.profiles:
        table(profile, ours, None if given.alone else found[0], given.runs)
    print(f"\nload {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
