#!/usr/bin/env python3
"""Holds the verdicts of from_json against those of python3-jsonschema: check.py <program>

The program prints lines of JSON: {"schema": ..., "sample": ..., "accepted": true or false}. The samples break no rule
that a schema cannot say.
"""

import json
import subprocess
import sys

import jsonschema


def main():
    lines = subprocess.run([sys.argv[1]], capture_output=True, text=True, check=True).stdout.splitlines()
    faults, accepted = [], 0
    checker = jsonschema.FormatChecker(formats=("email", "date", "uuid"))
    for line in lines:
        case = json.loads(line)
        jsonschema.Draft202012Validator.check_schema(case["schema"])
        validator = jsonschema.Draft202012Validator(case["schema"], format_checker=checker)
        said = [error.message for error in validator.iter_errors(case["sample"])]
        accepted += case["accepted"]
        if case["accepted"] == bool(said):
            verdict = "accepts" if case["accepted"] else "refuses"
            faults.append(f"from_json {verdict} {json.dumps(case['sample'])}, the schema says: {said or 'fine'}")
    if not accepted or accepted == len(lines):
        faults.append("the samples are all of one kind")
    print("\n".join(faults) or f"{len(lines)} samples agree")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
