#!/usr/bin/env python3
"""The peers in Python, beside the usual hand-written side. usage: peers.py BUILD_FOLDER [postgres|mariadb]"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PEERS = {"Django": "peer_django.py", "SQLAlchemy": "peer_sqlalchemy.py"}
PYTHON = "/usr/bin/python3"  # the one that Debian's packages belong to
HERE = pathlib.Path(__file__).parent


def base_figures(*command):
    table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {work: float(nanoseconds) for work, nanoseconds in re.findall(r"^(W\d) .*? (\d+) ns", table, re.MULTILINE)}


def run_peers(peers, target):
    figures = {}
    for peer, script in peers.items():
        run = subprocess.run([PYTHON, HERE / script, target], capture_output=True, text=True,
                             env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
        if run.returncode == 0:
            figures[peer] = json.loads(run.stdout)
        else:
            reason = run.stderr.strip().splitlines()[-1]
            print(f"{peer} left out: {reason}")
    return figures


def print_table(title, base, figures):
    print(f"\n{title} (each in a process of its own)\n")
    print(f"{'':<4}{'raw':>12}" + "".join(f"{peer:>28}" for peer in figures))
    for work, nanoseconds in base.items():
        line = f"{work:<4}{nanoseconds:9,.0f} ns"
        for figure in figures.values():
            line += f"{figure[work] / nanoseconds:13.1f}{figure[work]:12,.0f} ns" if work in figure else f"{'-':>28}"
        print(line)


def main():
    programs = pathlib.Path(sys.argv[1])
    if len(sys.argv) < 3:
        base = base_figures(programs / "duet_ratios", "--rounds=11")
        with tempfile.NamedTemporaryFile(suffix=".sql") as seed:
            subprocess.run([programs / "duet_seed"], check=True, stdout=seed)
            figures = run_peers(PEERS, seed.name)
        print_table("Peers in Python, in memory, to the usual hand-written C code", base, figures)
        return
    product = sys.argv[2]
    peers = PEERS | ({"asyncpg": "peer_asyncpg.py"} if product == "postgres" else {})
    base = base_figures(programs / "servers" / "duet_server_ratios", product, "5")
    with subprocess.Popen([programs / "servers" / "duet_serve", product], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as server:
        figures = run_peers(peers, server.stdout.readline().strip())
        server.stdin.close()
    print_table(f"Peers in Python on {product}, to the hand-written C code", base, figures)
    crowd = figures.get("asyncpg", {}).get("64 tasks")
    if crowd:
        print(f"\nasyncpg, 64 tasks on a pool of 8: {crowd:,.0f} ns a select")


main()
