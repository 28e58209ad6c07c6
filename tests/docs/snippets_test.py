#!/usr/bin/env python3
"""The checker itself: what it accepts, what it refuses, what it mends."""

import pathlib
import subprocess
import sys
import tempfile

CHECKER = pathlib.Path(__file__).resolve().parent / "snippets.py"
PROGRAM = """\
int main() {
    // [outer]
    int a = 1;
    // [inner]
    if (a) {
        return 0;
    }
    // [/inner]
    // [/outer]
}
"""
INNER = "```cpp\nif (a) {\n    return 0;\n}\n```\n"
OUTER = "```cpp\nint a = 1;\nif (a) {\n    return 0;\n}\n```\n"
FROM_INNER = "<!-- snippet: p.cpp#inner -->\n"


def run(page, *options, program=PROGRAM):
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder)
        (project / "docs" / "snippets").mkdir(parents=True)
        (project / "docs" / "snippets" / "p.cpp").write_text(program)
        (project / "docs" / "page.md").write_text(page)
        result = subprocess.run([sys.executable, CHECKER, project, *options], capture_output=True, text=True)
        return result.returncode == 0, (project / "docs" / "page.md").read_text()


def main():
    checks = {
        "an exact extract": run(FROM_INNER + INNER)[0],
        "an extract around another": run("<!-- snippet: p.cpp#outer -->\n" + OUTER)[0],
        "a path from the root": run("<!-- snippet: docs/snippets/p.cpp#inner -->\n\n" + INNER)[0],
        "an indented block": run("* x\n  " + FROM_INNER + "".join(f"  {line}\n" for line in INNER.splitlines()))[0],
        "other languages": run("```sh\nls\n```\n")[0],
        "no marker": not run(INNER)[0],
        "no marker, other spelling": not run("``` C++\nint a;\n```\n")[0],
        "a marker further up": not run(FROM_INNER + "\ntext\n\n" + INNER)[0],
        "another text": not run(FROM_INNER + "```cpp\nreturn 1;\n```\n")[0],
        "an unknown extract": not run("<!-- snippet: p.cpp#none -->\n" + INNER)[0],
        "an unknown program": not run("<!-- snippet: q.cpp#inner -->\n" + INNER)[0],
        "an open extract": not run(FROM_INNER + INNER, program=PROGRAM.replace("// [/outer]", ""))[0],
        "update mends": run("a\n" + FROM_INNER + "```cpp\nx\n```\nb\n", "--update")
        == (True, "a\n" + FROM_INNER + INNER + "b\n"),
        "update cannot invent": not run(INNER, "--update")[0],
    }
    failed = [name for name, held in checks.items() if not held]
    for name in failed:
        print(f"does not hold: {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
