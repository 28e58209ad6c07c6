"""The rounds of a Python peer: the six works on the seeded database, printed as one line of JSON (nanoseconds an operation).

The counts are smaller than the C++ side's because an operation takes longer; every figure is still a median of rounds."""

import datetime
import json
import os
import statistics
import sys
import time
import urllib.parse

USERS = 10_000
POSTS = 10
PARENTS = 1_000
ROUNDS = 5
SINGLE = 200

# The database: the file of the seed script for SQLite, or the URL of a server whose tables are seeded.
TARGET = sys.argv[1]
ON_SERVER = "://" in TARGET


def key(step):
    return step * 7_919 % USERS + 1


# PostgreSQL's column has a time zone, and with one it is compared and written.
ZONE = datetime.timezone.utc if TARGET.startswith("postgresql") else None


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
        "created_at": moment.replace(microsecond=number * 137 % 1_000_000, tzinfo=ZONE),
    }


def server_settings():
    """The parts of the URL of a throwaway server, by the names that Django gives them."""
    parts = urllib.parse.urlsplit(TARGET)
    options = dict(urllib.parse.parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends." + ("postgresql" if parts.scheme == "postgresql" else "mysql"),
        "NAME": parts.path.strip("/"),
        "USER": parts.username or options.get("user"),
        "PASSWORD": parts.password or "",
        "HOST": options.get("host") or options.get("socket"),
        "PORT": options.get("port", ""),
    }


def seed_script():
    with open(TARGET, encoding="utf-8") as script:
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
    """Sums the time inside its `with` blocks. With SQLite CPU time: nothing waits there, and other processes then do
    not matter."""

    clock = staticmethod(time.perf_counter if ON_SERVER else time.process_time)

    def __init__(self):
        self.seconds = 0.0

    def __enter__(self):
        self.started = self.clock()

    def __exit__(self, *_):
        self.seconds += self.clock() - self.started
