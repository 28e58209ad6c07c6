#!/usr/bin/env python3
"""Compiles one program and holds the compiler's answer against the comments at the top of the program.

    run.py program.cpp -- g++ -std=c++20 -fsyntax-only -I include

    // EXPECT: text        the first line with "error:" contains this text, or matches it as a regular expression
    // EXPECT_ANY: text    some line of the answer does
    // MAX_LINES: 12       the answer has at most so many lines that are not empty (12 unless told)
    // EXPECT_PASS         a control: this program compiles, without a word

A comment for one compiler only names it: `// EXPECT(gcc): text`, `// MAX_LINES(clang): 14`.
"""

import re
import subprocess
import sys

COMMENT = re.compile(r"//\s*(EXPECT|EXPECT_ANY|MAX_LINES|EXPECT_PASS)(?:\((gcc|clang)\))?(?::\s*(.*?))?\s*$")


def read_comments(path, family):
    wanted = {"EXPECT": [], "EXPECT_ANY": [], "MAX_LINES": [], "EXPECT_PASS": []}
    with open(path, encoding="utf-8") as program:
        for line in program:
            if not line.startswith("//"):
                break
            found = COMMENT.match(line)
            if found and found[2] in (None, family):
                wanted[found[1]].append((found[2] is not None, found[3] or ""))
    return wanted


def says(line, text):
    if text in line:
        return True
    try:
        return re.search(text, line) is not None
    except re.error:
        return False


def faults_of(wanted, failed, lines):
    if wanted["EXPECT_PASS"]:
        return ["it must compile without a word"] if failed or lines else []

    faults = []
    if not failed:
        return ["it compiled, and must not"]
    if not wanted["EXPECT"] and not wanted["EXPECT_ANY"]:
        return ["it says neither EXPECT nor EXPECT_PASS"]

    first = next((line for line in lines if "error:" in line), "")
    for _, text in wanted["EXPECT"]:
        if not says(first, text):
            faults.append(f"the first error must say: {text}\n    and says: {first}")
    for _, text in wanted["EXPECT_ANY"]:
        if not any(says(line, text) for line in lines):
            faults.append(f"no line says: {text}")

    # The limit that names the compiler goes before the one that does not.
    limits = sorted(wanted["MAX_LINES"], key=lambda limit: not limit[0])
    limit = int(limits[0][1]) if limits else 12
    if len(lines) > limit:
        faults.append(f"{len(lines)} lines, at most {limit} are allowed")
    return faults


def main():
    split = sys.argv.index("--")
    path, command = sys.argv[1], sys.argv[split + 1:]
    version = subprocess.run([command[0], "--version"], capture_output=True, text=True, check=True).stdout
    family = "clang" if "clang" in version else "gcc"

    result = subprocess.run([*command, path], capture_output=True, text=True)
    output = result.stdout + result.stderr
    lines = [line for line in output.splitlines() if line.strip()]

    faults = faults_of(read_comments(path, family), result.returncode != 0, lines)
    for fault in faults:
        print(f"{path}: {fault}")
    if faults:
        print(f"--- {family} said, in {len(lines)} lines:\n{output}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
