#!/usr/bin/env python3
"""Holds every C++ block of README.md, CONTRIBUTING.md, CHANGELOG.md and docs/**/*.md against the program it comes from.

    snippets.py <project>            tells what differs
    snippets.py <project> --update   fills the blocks from the programs

A program marks an extract, which may hold other extracts:

    // [name]
    ...
    // [/name]

and the page names it in the line above the block; the file is one of docs/snippets/, or a path from the project's root:

    <!-- snippet: file.cpp#name -->
"""

import pathlib
import re
import sys
import textwrap

MARK = re.compile(r"^\s*//\s*\[(/?)([\w.-]+)\]\s*$")
SOURCE = re.compile(r"^\s*<!--\s*snippet:\s*([^#\s]+)#([\w.-]+)\s*-->\s*$")
FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*([^`\s]*)[^`]*$")
CPP = {"cpp", "c++", "cxx", "cc", "hpp", "h++"}


class Fault(Exception):
    pass


def extracts_of(path):
    """All extracts of a program: name -> lines, without markers and without the indentation they share."""
    inside, done = {}, {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        mark = MARK.match(line)
        if not mark:
            for lines in inside.values():
                lines.append(line)
            continue
        closes, name = mark[1] == "/", mark[2]
        if closes and name in inside:
            done[name] = textwrap.dedent("\n".join(inside.pop(name))).strip("\n").splitlines()
        elif closes or name in inside or name in done:
            raise Fault(f"{path}:{number}: [{mark[1]}{name}] does not fit")
        else:
            inside[name] = []
    if inside:
        raise Fault(f"{path}: [{next(iter(inside))}] is never closed")
    return done


class Programs:
    def __init__(self, project):
        self.project = project
        self.known = {}

    def extract(self, file, name):
        places = [self.project / "docs" / "snippets" / file, self.project / file]
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            raise Fault(f"there is no {file}")
        if path not in self.known:
            self.known[path] = extracts_of(path)
        if name not in self.known[path]:
            raise Fault(f"{file} has no [{name}]")
        return self.known[path][name]


def last_written(lines):
    return next((line for line in reversed(lines) if line.strip()), "")


def check_page(path, programs):
    """The page as it should be, and what is wrong with it as it is."""
    lines = path.read_text(encoding="utf-8").splitlines()
    result, faults, index = [], [], 0
    while index < len(lines):
        line = lines[index]
        fence = FENCE.match(line)
        if not fence:
            result.append(line)
            index += 1
            continue

        indent, ticks, language = fence.groups()
        end = index + 1
        while end < len(lines) and not re.fullmatch(rf"\s*{re.escape(ticks)}+\s*", lines[end]):
            end += 1
        block = lines[index + 1:end]
        if language.lower() in CPP:
            source = SOURCE.match(last_written(result))
            try:
                if not source:
                    raise Fault("a C++ block that comes from no program (<!-- snippet: file.cpp#name -->)")
                wanted = [(indent + text).rstrip() for text in programs.extract(source[1], source[2])]
                if wanted != block:
                    faults.append((index + 1, f"differs from {source[1]}#{source[2]}", True))
                    block = wanted
            except Fault as fault:
                faults.append((index + 1, str(fault), False))
        result += [line, *block, *lines[end:end + 1]]
        index = end + 1
    return result, faults


def main():
    project = pathlib.Path(sys.argv[1])
    update = "--update" in sys.argv[2:]
    programs = Programs(project)
    pages = [project / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    pages += sorted((project / "docs").rglob("*.md"))

    failed = False
    for page in pages:
        if not page.is_file():
            continue
        result, faults = check_page(page, programs)
        for line, text, mends in faults:
            mended = update and mends
            failed = failed or not mended
            print(f"{page.relative_to(project)}:{line}: {text}{' (updated)' if mended else ''}")
        if update and any(mends for _, _, mends in faults):
            page.write_text("\n".join(result) + "\n", encoding="utf-8")
    if failed and not update:
        print("tests/docs/snippets.py . --update fills the blocks from their programs")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
