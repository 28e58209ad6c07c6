#!/usr/bin/env python3
"""The runner itself: it must refuse what is wrong, or no compile-fail test is worth anything."""

import os
import subprocess
import sys
import tempfile

RUNNER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run.py")
BROKEN = 'static_assert(false, "duet: no such column");\n'

# what the program says, and whether the runner must be content
CASES = [
    ("// EXPECT: duet: no such column\n" + BROKEN, True),
    ("// EXPECT: no such (table|column)\n" + BROKEN, True),
    ("// EXPECT_ANY: static_assert\n" + BROKEN, True),
    ("// EXPECT: another sentence\n" + BROKEN, False),
    ("// EXPECT_ANY: another sentence\n" + BROKEN, False),
    ("// EXPECT: duet: no such column\n// MAX_LINES: 1\n" + BROKEN, False),
    ("// EXPECT: duet\n// MAX_LINES: 1\n// MAX_LINES(gcc): 9\n// MAX_LINES(clang): 9\n" + BROKEN, True),
    ("// EXPECT: duet\nint main() {}\n", False),
    (BROKEN, False),
    ("// EXPECT_PASS\nint main() {}\n", True),
    ("// EXPECT_PASS\nint main() { int unused = 1; }\n", False),
    ("// EXPECT_PASS\n" + BROKEN, False),
]


def main():
    compiler = [sys.argv[1], "-std=c++20", "-fsyntax-only", "-Wall"]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "program.cpp")
        for program, content in CASES:
            with open(path, "w", encoding="utf-8") as file:
                file.write(program)
            result = subprocess.run([sys.executable, RUNNER, path, "--", *compiler], capture_output=True, text=True)
            if (result.returncode == 0) != content:
                failed += 1
                print(f"{'refused' if content else 'accepted'}:\n{program}{result.stdout}{result.stderr}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
