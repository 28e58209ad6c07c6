#!/usr/bin/env python3
"""What a unit that uses duet costs to compile, beside its targets, and beside the same program by hand and on SOCI.

usage: run.py [--compiler g++] [--repeats 5] [--optimise -O0] [--include FOLDER …]"""

import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import generate

HERE = pathlib.Path(__file__).resolve().parent
FURTHER = 8


def compile_once(command):
    """Wall seconds, peak of the largest process in MB, CPU seconds."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env=os.environ | {"CCACHE_DISABLE": "1"})
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        return None, errors
    cpu = usage.ru_utime + usage.ru_stime
    return (time.perf_counter() - started, usage.ru_maxrss * 1024 / 1e6, cpu), ""


def measure(units, flags, repeats):
    """`units` maps a name to a file. The units take turns, so that what slows the machine down slows all of them."""
    samples = {name: [] for name in units}
    for _ in range(repeats):
        for name, file in units.items():
            if samples[name] is None:
                continue
            sample, errors = compile_once(flags + ["-c", str(file), "-o", "/dev/null"])
            if sample is None:
                samples[name] = None
                first = next((line for line in errors.splitlines() if "error" in line), errors[:300])
                print(f"{name} does not compile: {first}")
            else:
                samples[name].append(sample)
    return {name: tuple(statistics.median(column) for column in zip(*found)) if found else None
            for name, found in samples.items()}


def verdict(value, target):
    return "reached" if value <= target else f"missed by {(value / target - 1) * 100:.0f} %"


def line(what, value, unit, target=None, cpu=None):
    digits = 2 if unit == "s" else 0
    text = f"{what:<48}{value:9.{digits}f} {unit:<3}" + (f"{cpu:8.2f} s" if cpu is not None else " " * 10)
    if target is not None:
        text += f"{target:>9} {unit:<3} {verdict(value, target)}"
    print(text.rstrip())


def unit_lines(what, found, target_wall=None, target_peak=None):
    if found:
        wall, peak, cpu = found
        line(f"{what}: wall", wall, "s", target_wall, cpu)
        line(f"{what}: peak", peak, "MB", target_peak)


def difference_line(what, more, less, count=1, target=None):
    if more and less:
        line(what, (more[0] - less[0]) / count, "s", target, (more[2] - less[2]) / count)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--compiler", default="g++")
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--optimise", default="-O0")
    options.add_argument("--include", nargs="*", default=[str(HERE.parent.parent / "include")])
    chosen = options.parse_args()
    flags = [chosen.compiler, "-std=c++20", chosen.optimise]
    for included in chosen.include:
        flags += ["-I", included]

    with tempfile.TemporaryDirectory() as folder:
        unit = (HERE / "duet_unit.cpp").read_text()
        generated = {
            "header": generate.header_only(),
            "further": generate.further_models(unit, FURTHER),
            "8 columns": generate.columns(8),
            "64 columns": generate.columns(64),
        }
        units = {"duet": HERE / "duet_unit.cpp", "raw": HERE / "raw_unit.cpp", "SOCI": HERE / "soci_unit.cpp"}
        for name, text in generated.items():
            units[name] = pathlib.Path(folder) / (name.replace(" ", "_") + ".cpp")
            units[name].write_text(text)
        found = measure(units, flags, chosen.repeats)

    print(f"\nCompiling one unit (3 related models, 10 operations) with {chosen.compiler} {chosen.optimise}, "
          f"median of {chosen.repeats}\n")
    print(f"{'':<48}{'measured':>12}{'CPU':>9}{'target':>12}")
    unit_lines("the same program by hand on sqlite3", found["raw"])
    unit_lines("the same program on SOCI", found["SOCI"])
    unit_lines("#include <duet/duet.hpp> alone", found["header"])
    unit_lines("duet", found["duet"], 1.2, 230)
    difference_line("duet: a further model with five statements", found["further"], found["duet"], FURTHER, 0.15)
    unit_lines("duet: a model of 8 columns, five statements", found["8 columns"])
    difference_line("duet: 64 columns over 8", found["64 columns"], found["8 columns"], 1, 0.3)


main()
