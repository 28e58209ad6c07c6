#!/usr/bin/env python3
"""Instructions of one operation, counted by callgrind, for duet and the hand-written sides.

usage: instructions.py PROGRAM                            in memory
       instructions.py PROGRAM postgres|mariadb SERVE     the client's, on a server that SERVE starts
       instructions.py PROGRAM many SERVE                 likewise, of 1,000 at once on PostgreSQL"""

import re
import subprocess
import sys

CONTENDERS = ["raw usual", "raw best", "duet"]
WORKS = [("W1", 1000), ("W2", 10000), ("W3", 500), ("W6", 1000)]


SERVER_CONTENDERS = ["raw", "duet", "libpqxx", "SOCI", "POCO"]
SERVER_WORKS = [("W1", 1000), ("W2", 10000), ("W5", 1000), ("W6", 500)]
MANY_CONTENDERS = ["raw", "duet"]
MANY_WORKS = [("selects", 1000), ("integers", 1000), ("texts", 1000)]


def instructions(program, contender, work, count, *target):
    result = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--instr-atstart=no", "--collect-atstart=no",
         program, contender, work, str(count), *target],
        capture_output=True, text=True)
    if result.returncode == 3:
        return None
    if result.returncode < 0 or "terminate called" in result.stderr:
        return None
    collected = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode != 0 or not collected:
        sys.exit(f"{contender} {work}:\n{result.stderr}")
    return int(collected.group(1)) / count


def in_memory(program):
    print("\nInstructions of the client, an operation (callgrind), in memory\n")
    print("   " + "".join(f"{name:>14}" for name in CONTENDERS) + "   duet : usual   duet : best")
    for work, count in WORKS:
        found = [instructions(program, name, work, count) for name in CONTENDERS]
        line = f"{work:<3}" + "".join(f"{value:14,.0f}" if value else f"{'-':>14}" for value in found)
        if found[2]:
            line += f"{found[2] / found[0]:15.3f}{found[2] / found[1]:14.3f}"
        print(line, flush=True)


def on_server(program, what, serve):
    many = what == "many"
    product = "postgres" if many else what
    contenders, works = (MANY_CONTENDERS, MANY_WORKS) if many else (SERVER_CONTENDERS, SERVER_WORKS)
    title = "1,000 selects of coroutines, flushes of 1,000 objects" if many else "an operation"
    print(f"\nInstructions of the client, {title} (callgrind), on {product}\n")
    print(" " * 8 + "".join(f"{name:>14}" for name in contenders) + "   duet : raw")
    with subprocess.Popen([serve, product], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        url = server.stdout.readline().strip()
        for work, count in works:
            found = [instructions(program, name, work, count, url) for name in contenders]
            line = f"{work:<8}" + "".join(f"{value:14,.0f}" if value else f"{'-':>14}" for value in found)
            if found[0] and found[1]:
                line += f"{found[1] / found[0]:13.3f}"
            print(line, flush=True)
        server.stdin.close()


in_memory(sys.argv[1]) if len(sys.argv) == 2 else on_server(*sys.argv[1:])
