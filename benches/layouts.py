#!/usr/bin/env python3
"""Measures the recorder's common paths under many layouts of the machine code, and prints a table.

Where functions lie in memory decides how a processor foretells their branches: the same code, linked in another order, takes up to
0.5 ns a pair more or less. So one program's figures below a nanosecond say more of its layout than of the code. Here the program
is linked anew for each layout, its functions in random order, which needs the linker lld, as Rust uses it on Linux. Figures are
medians over layouts of the difference between wrapped and bare, with the least and the most.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys

BUILD = ["cargo", "rustc", "-q", "-p", "heapwise-benches", "--features", "peers", "--profile", "bench", "--bench", "recorder", "--message-format=json"]
LINE = re.compile(r"(?P<row>.{44}) (?P<over>\S+) +[\d.]+ +[\d.]+ +(?P<difference>[+-][\d.]+)")


def build(seed):
    """The program that measures, linked in the order that this number stands for."""
    order = f"link-arg=-Wl,--shuffle-sections=*={seed}"
    lines = subprocess.run([*BUILD, "--", "-C", order], check=True, capture_output=True, text=True).stdout.splitlines()
    return next(row["executable"] for row in map(json.loads, lines) if row.get("executable") and row["target"]["name"] == "recorder")


def differences(program, rounds, row):
    """Nanoseconds a pair, by row and allocator."""
    run = subprocess.run([program, "--rounds", str(rounds), row], check=True, capture_output=True, text=True)
    found = (LINE.match(line) for line in run.stdout.splitlines())
    return {(line["row"].strip(), line["over"]): float(line["difference"]) for line in found if line}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--layouts", type=int, default=12, help="how many (default %(default)s)")
    options.add_argument("--rounds", type=int, default=41, help="turns of each allocator for each layout (default %(default)s)")
    options.add_argument("rows", nargs="*", default=["512 KiB, 1 thread", "off, 1 thread"], help="parts of the names of rows")
    options = options.parse_args()
    cells = {}
    for seed in range(1, options.layouts + 1):
        program = build(seed)
        for row in options.rows:
            for key, difference in differences(program, options.rounds, row).items():
                cells.setdefault(key, []).append(difference)
        print(f"\rlayout {seed} of {options.layouts}", end="", file=sys.stderr, flush=True)
    print("\n| | over | ns a pair | least | most |\n|---|---|---|---|---|")
    for (row, over), figures in cells.items():
        print(f"| `{row}` | {over} | {statistics.median(figures):+.2f} | {min(figures):+.2f} | {max(figures):+.2f} |")


if __name__ == "__main__":
    main()
