#!/usr/bin/env python3
"""Times real programs under `heapwise run` and under heaptrack's recording library, in turns, and prints a table.

Each figure is the median over runs of processor time (user and system, children and the launcher included) against the
program alone in the same round, and the most memory. Programs and heaptrack are measured if they are installed.
"""

import argparse
import glob
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

JSON = "import json; d=[{'a': i, 'b': str(i) * 10} for i in range(200000)]; json.loads(json.dumps(d))"
TABLE = """create table t(a, b); with recursive c(i) as (select 1 union all select i + 1 from c where i < 400000)
insert into t select i, hex(i) from c; create index x on t(b); select count(distinct b) from t"""
HASHES = "my %h; $h{$_} = [1..10] for 1..200000;"
OBJECTS = "const a = []; for (let i = 0; i < 500000; i++) a.push({i, s: 'x' + i}); console.log(a.length)"
PAIRS = r"""
#include <stdlib.h>
#include <stdint.h>
int main(void) {
    static void *blocks[1024];
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 20000000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        free(blocks[x % 1024]);
        blocks[x % 1024] = malloc(16 + (x >> 32) % 241);
    }
}
"""


def programs(folder):
    """Name, words and environment of each."""
    pairs = os.path.join(folder, "pairs")
    source = pairs + ".c"
    with open(source, "w") as file:
        file.write(PAIRS)
    if shutil.which("cc") and subprocess.run(["cc", "-O2", source, "-o", pairs]).returncode == 0:
        yield "20 million pairs of malloc and free (C)", [pairs], {}
    repository = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    python = sys.executable
    yield "JSON (Python)", [python, "-c", JSON], {}
    yield "JSON (Python, PYTHONMALLOC=malloc)", [python, "-c", JSON], {"PYTHONMALLOC": "malloc"}
    yield "a table and an index (SQLite)", ["sqlite3", ":memory:", TABLE], {}
    yield "git log -p", ["git", "-C", repository, "log", "-p", "-n", "300"], {}
    yield "hashes of lists (Perl)", ["perl", "-e", HASHES], {}
    yield "objects (Node.js)", ["node", "-e", OBJECTS], {}


def heaptrack():
    """The library that heaptrack preloads, if it is installed."""
    places = ["/usr/lib/heaptrack", "/usr/lib/*/heaptrack", "/usr/local/lib/heaptrack"]
    return next((found for place in places for found in glob.glob(f"{place}/libheaptrack_preload.so")), None)


def ways(tool, folder):
    """Name, words before the program's, environment."""
    yield "alone", [], {}
    run = [tool, "run", "-q", "-o", os.path.join(folder, "mem.pb.gz")]
    yield "heapwise run", [*run, "--"], {}
    yield "heapwise run -interval 1", [*run, "-interval", "1", "--"], {}
    if library := heaptrack():
        # As `heaptrack -r` does: without a second process that reads along.
        output = os.path.join(folder, "heaptrack.raw")
        yield "heaptrack", [], {"LD_PRELOAD": library, "DUMP_HEAPTRACK_OUTPUT": output}


def measure(words, environment):
    """Processor seconds and the most memory of a process, in MB, all children included."""
    pid = os.fork()
    if pid == 0:
        nowhere = open(os.devnull, "r+")
        code = subprocess.run(words, env={**os.environ, **environment}, stdin=nowhere, stdout=nowhere, stderr=nowhere).returncode
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, file=open(os.environ["FIGURES"], "w"))
        os._exit(0)
    os.waitpid(pid, 0)
    code, seconds, memory = open(os.environ["FIGURES"]).read().split()
    if code != "0":
        raise SystemExit(f"{' '.join(words)[:80]}: exit code {code}")
    return float(seconds), float(memory)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5, help="processes of each kind (default %(default)s)")
    options.add_argument("--tool", default="target/release/heapwise", help="default %(default)s")
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FIGURES"] = os.path.join(folder, "figures")
        all_ways = list(ways(os.path.abspath(options.tool), folder))
        print(f"| | {' | '.join(name for name, _, _ in all_ways)} |\n|---|{'---|' * len(all_ways)}")
        for name, program, own in programs(folder):
            if not shutil.which(program[0]):
                continue
            turns = [[measure([*before, *program], {**own, **environment}) for _, before, environment in all_ways] for _ in range(options.runs)]
            cells = []
            for index in range(len(all_ways)):
                seconds = statistics.median(turn[index][0] for turn in turns)
                ratio = statistics.median(turn[index][0] / turn[0][0] for turn in turns)
                memory = statistics.median(turn[index][1] for turn in turns)
                cells.append(f"{seconds:.2f} s, x{ratio:.2f}, {memory:.0f} MB")
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
