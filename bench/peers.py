#!/usr/bin/env python3
"""The peers in Python, beside the usual hand-written side. usage: peers.py BUILD_FOLDER"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PEERS = {"Django": "peer_django.py", "SQLAlchemy": "peer_sqlalchemy.py"}
PYTHON = "/usr/bin/python3"  # the one that Debian's packages belong to


def main():
    programs = pathlib.Path(sys.argv[1])
    table = subprocess.run([programs / "duet_ratios", "--rounds=11"], check=True, capture_output=True, text=True).stdout
    base = {work: float(nanoseconds) for work, nanoseconds in re.findall(r"^(W\d) .*? (\d+) ns", table, re.MULTILINE)}
    with tempfile.NamedTemporaryFile(suffix=".sql") as seed:
        subprocess.run([programs / "duet_seed"], check=True, stdout=seed)
        figures = {}
        for peer, script in PEERS.items():
            run = subprocess.run([PYTHON, pathlib.Path(__file__).parent / script, seed.name], capture_output=True, text=True,
                                 env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
            if run.returncode == 0:
                figures[peer] = json.loads(run.stdout)
            else:
                reason = run.stderr.strip().splitlines()[-1]
                print(f"{peer} left out: {reason}")

    print("\nPeers in Python, in memory, to the same hand-written C code (each in a process of its own)\n")
    print(f"{'':<4}{'raw usual':>12}" + "".join(f"{peer:>28}" for peer in figures))
    for work, nanoseconds in base.items():
        line = f"{work:<4}{nanoseconds:9,.0f} ns"
        for figure in figures.values():
            line += f"{figure[work] / nanoseconds:13.1f}{figure[work]:12,.0f} ns"
        print(line)


main()
