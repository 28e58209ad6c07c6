#!/usr/bin/env python3
"""Instructions of one operation, counted by callgrind, for duet and both hand-written sides."""

import re
import subprocess
import sys

CONTENDERS = ["raw usual", "raw best", "duet"]
WORKS = [("W1", 1000), ("W2", 10000), ("W3", 500), ("W6", 1000)]


def instructions(program, contender, work, count):
    result = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--instr-atstart=no", "--collect-atstart=no",
         program, contender, work, str(count)],
        capture_output=True, text=True)
    if result.returncode == 3:
        return None
    collected = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode != 0 or not collected:
        sys.exit(f"{contender} {work}:\n{result.stderr}")
    return int(collected.group(1)) / count


def main():
    program = sys.argv[1]
    print("\nInstructions of the client, an operation (callgrind), in memory\n")
    print("   " + "".join(f"{name:>14}" for name in CONTENDERS) + "   duet : usual   duet : best")
    for work, count in WORKS:
        found = [instructions(program, name, work, count) for name in CONTENDERS]
        line = f"{work:<3}" + "".join(f"{value:14,.0f}" if value else f"{'-':>14}" for value in found)
        if found[2]:
            line += f"{found[2] / found[0]:15.3f}{found[2] / found[1]:14.3f}"
        print(line, flush=True)


main()
