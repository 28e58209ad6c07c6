"""The rounds of a Python peer: the six works on the seeded database, printed as one line of JSON (nanoseconds an operation).

The counts are smaller than the C++ side's because an operation takes longer; every figure is still a median of rounds."""

import datetime
import json
import os
import statistics
import sys
import time

USERS = 10_000
POSTS = 10
PARENTS = 1_000
ROUNDS = 5
SINGLE = 200


def key(step):
    return step * 7_919 % USERS + 1


def new_user(index):
    """The same row as make_new_users() in workload.cpp makes."""
    number = USERS + 1 + index
    moment = datetime.datetime.fromtimestamp(1_700_000_000 + number, datetime.timezone.utc).replace(tzinfo=None)
    return {
        "email": f"user{number}@example.com",
        "name": f"Name {number}",
        "age": number % 90,
        "score": number * 0.5,
        "bio": f"some words that user number {number} wrote about herself" if number % 2 else None,
        "is_active": number % 3 == 0,
        "created_at": moment.replace(microsecond=number * 137 % 1_000_000),
    }


def seed_script():
    with open(sys.argv[1], encoding="utf-8") as script:
        return script.read()


def measure(works):
    """`works` maps W1 … W6 to functions that return (seconds, operations)."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    figures = {}
    for name, work in works.items():
        work()
        rounds = []
        for _ in range(ROUNDS):
            seconds, operations = work()
            rounds.append(seconds * 1e9 / operations)
        figures[name] = statistics.median(rounds)
    print(json.dumps(figures))


class Watch:
    """Sums the CPU time inside its `with` blocks: nothing waits here, and other processes then do not matter."""

    def __init__(self):
        self.seconds = 0.0

    def __enter__(self):
        self.started = time.process_time()

    def __exit__(self, *_):
        self.seconds += time.process_time() - self.started
