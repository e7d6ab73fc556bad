#!/usr/bin/env python3
"""Puts the example service under load, with and without the recorder, in turns, and prints a table.

Each turn is a process of its own, loaded by `wrk` (Debian's package of that name) over 16 connections. Figures are medians over
turns, with quartiles; differences are taken within a round, against the service without the recorder. A request makes about 760
allocations.
"""

import argparse
import os
import random
import re
import statistics
import subprocess
import sys

ADDRESS = "127.0.0.1:6061"
TICKS = os.sysconf("SC_CLK_TCK")
BUILD = ["cargo", "build", "--release", "--package", "service"]
# What it is called, the folder it is built in, and its interval if it is not the one that it starts with.
SIDES = [("mimalloc alone", "target/bare", []), ("recorded as by default", "target", []), ("every allocation recorded", "target", ["1"])]


def processor_seconds(pid):
    """User and system time of a process so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def turn(folder, words, seconds):
    """Requests a second, and microseconds of processor time a request, of one process under load."""
    command = [f"{folder}/release/service", ADDRESS, *words, "--idle"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as service:
        service.stdout.readline()
        before = processor_seconds(service.pid)
        load = ["wrk", "-t2", "-c16", f"-d{seconds}s", f"http://{ADDRESS}/"]
        said = subprocess.run(load, check=True, capture_output=True, text=True).stdout
        used = processor_seconds(service.pid) - before
        service.stdin.close()
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1))
    requests = int(re.search(r"(\d+) requests in", said).group(1))
    return rate, used / requests * 1e6


def quartiles(values):
    return statistics.quantiles(values, n=4, method="inclusive")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=40, help="processes of each kind, 2 at least (default %(default)s)")
    options.add_argument("--seconds", type=int, default=2, help="how long each is under load (default %(default)s)")
    options = options.parse_args()
    subprocess.run(BUILD, check=True)
    subprocess.run([*BUILD, "--features", "bare", "--target-dir", "target/bare"], check=True)
    turns = {name: [] for name, _, _ in SIDES}
    for number in range(options.rounds):
        for name, folder, words in random.sample(SIDES, len(SIDES)):
            turns[name].append(turn(folder, words, options.seconds))
        print(f"\rround {number + 1} of {options.rounds}", end="", file=sys.stderr, flush=True)
    print("\n| | requests a second (quartiles) | processor time a request | against the first |\n|---|---|---|---|")
    first = turns[SIDES[0][0]]
    for name, figures in turns.items():
        low, rate, high = quartiles([rate for rate, _ in figures])
        times = [time for _, time in figures]
        ratio = statistics.median(time / bare for time, (_, bare) in zip(times, first))
        print(f"| {name} | {rate:.0f} ({low:.0f} to {high:.0f}) | {statistics.median(times):.1f} us | x{ratio:.3f} |")


if __name__ == "__main__":
    main()
