#!/usr/bin/env python3
"""Arrows point down: a file includes its own room and the rooms below it. <duet/duet.hpp> stays light. And no condition awaits,
which GCC 12 may miscompile."""

import pathlib
import re
import sys

ROOMS = ["base", "types", "schema", "shape", "dialect", "driver", "async", "pool", "engine", "model", "expr",
         "query", "statement", "handle", "payload"]

# Beside the rooms: a library of its own, which knows no more than the errors, and which no room knows.
TESTING = "testing"

# Every one of them would be paid for by every file that includes <duet/duet.hpp>.
HEAVY = {"iostream", "istream", "ostream", "fstream", "sstream", "iomanip", "regex", "format", "functional",
         "stop_token", "mutex", "shared_mutex", "condition_variable", "atomic", "thread", "future", "filesystem",
         "random", "ranges", "algorithm", "map", "unordered_map", "set", "unordered_set", "deque", "list"}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def includes_of(path):
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


def room_of(parts):
    """The room that a path under include/duet/ or src/ lies in; None for what stands above all rooms."""
    return parts[0] if len(parts) > 1 and parts[0] in ROOMS else None


def rooms_broken(project):
    for root in (project / "include" / "duet", project / "src"):
        for path in sorted([*root.rglob("*.hpp"), *root.rglob("*.cpp")]):
            parts = path.relative_to(root).parts
            own = room_of(parts)
            for include in includes_of(path):
                other = pathlib.PurePosixPath(include.removeprefix("duet/")).parts
                if parts[0] == TESTING and room_of(other) not in (None, "base"):
                    yield f"{path.relative_to(project)}: {TESTING}/ may not look at {include}"
                if parts[0] != TESTING and len(other) > 1 and other[0] == TESTING:
                    yield f"{path.relative_to(project)}: nothing looks at {include}"
            if parts[0] == TESTING:
                continue
            if own is None:
                if len(path.relative_to(root).parts) > 1:
                    yield f"{path.relative_to(project)}: not in a room"
                continue
            for include in includes_of(path):
                other = room_of(pathlib.PurePosixPath(include.removeprefix("duet/")).parts)
                if other and ROOMS.index(other) > ROOMS.index(own):
                    yield f"{path.relative_to(project)}: {own}/ may not look up to {include}"
                if include == "duet/duet.hpp":
                    yield f"{path.relative_to(project)}: includes everything"


def conditions(text):
    """Where each condition of an if, while, for or switch starts, and its text."""
    for found in re.finditer(r"\b(?:if|while|for|switch)\s*\(", text):
        depth, end = 1, found.end()
        while end < len(text) and depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        yield found.start(), text[found.end():end - 1]


def awaiting_conditions(project):
    for root in (project / "include" / "duet", project / "src"):
        for path in sorted([*root.rglob("*.hpp"), *root.rglob("*.cpp")]):
            text = re.sub(r"//[^\n]*", "", path.read_text(encoding="utf-8"))
            for start, condition in conditions(text):
                if "co_await" in condition:
                    line = text.count("\n", 0, start) + 1
                    yield f"{path.relative_to(project)}:{line}: co_await in a condition; keep the result in a variable first"


def heavy_includes(project):
    include_dir = project / "include"
    start = "duet/duet.hpp"
    seen, open_list = {start: ()}, [start]
    while open_list:
        current = open_list.pop()
        path = include_dir / current
        if not path.is_file():
            continue
        for include in includes_of(path):
            way = (*seen[current], current)
            if include.startswith("duet/"):
                if include not in seen:
                    seen[include] = way
                    open_list.append(include)
            elif include in HEAVY or "." in include or "/" in include:
                yield f"<duet/duet.hpp> brings in <{include}> by {' > '.join(way[1:]) or 'itself'}"


def main():
    project = pathlib.Path(sys.argv[1])
    faults = [*rooms_broken(project), *heavy_includes(project), *awaiting_conditions(project)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
