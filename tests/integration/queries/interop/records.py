"""What the interop scripts write and expect, for every library alike."""

import datetime
import decimal
import urllib.parse
import uuid

AUTHORS = ["Ada", "Bölé 'quoted'"]


def books():
    utc = datetime.timezone.utc
    day = datetime.datetime
    return [
        {
            "title": "round",
            "author": 1,
            "price": decimal.Decimal("12.50"),
            "published": datetime.date(2026, 1, 1),
            "opens": datetime.time(9, 0),
            "created_at": day(2026, 1, 1, tzinfo=utc),
            "length": datetime.timedelta(minutes=90),
            "uid": uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"),
            "in_print": True,
            "rating": 4.5,
            "meta": {"tags": ["a", "ü"], "n": 1.5, "none": None},
            "note": None,
        },
        {
            "title": "fraction",
            "author": 2,
            "price": decimal.Decimal("-0.01"),
            "published": datetime.date(1999, 12, 31),
            "opens": datetime.time(23, 59, 59, 999999),
            "created_at": day(2026, 1, 1, 0, 0, 0, 123456, tzinfo=utc),
            "length": datetime.timedelta(microseconds=1),
            "uid": uuid.UUID("ffffffff-ffff-4fff-bfff-ffffffffffff"),
            "in_print": False,
            "rating": -1e300,
            "meta": [],
            "note": "a note",
        },
        {
            "title": "half",
            "author": 1,
            "price": decimal.Decimal("99999999.99"),
            "published": datetime.date(2024, 2, 29),
            "opens": datetime.time(12, 30, 0, 500000),
            "created_at": day(2025, 12, 31, 23, 59, 59, 500000, tzinfo=utc),
            "length": datetime.timedelta(days=-1),
            "uid": uuid.UUID("12345678-1234-5678-1234-567812345678"),
            "in_print": True,
            "rating": 0.1,
            "meta": "text",
            "note": "",
        },
    ]


def kinds():
    """A row for each kind of column that the books do not have; for the second one, its ends."""
    return [
        {
            "small": -2,
            "whole": 3,
            "big": 4,
            "positive": 5,
            "single": 0.5,
            "data": b"\x00'\xff\\",
            "color": "green",
            "address": "192.168.0.1",
            "tags": ["a b", "it's \"ü\"", "", "{}", "NULL"],
            "numbers": [1, -2, 3],
            "maybe": None,
        },
        {
            "small": -(2**15),
            "whole": 2**31 - 1,
            "big": -(2**63),
            "positive": 2**31 - 1,
            "single": -0.25,
            "data": b"",
            "color": "blue",
            "address": "2001:db8::1",
            "tags": [],
            "numbers": [],
            "maybe": 7,
        },
    ]


def address(text):
    """The parts of a duet URL: a file of SQLite, or a server's."""
    parts = urllib.parse.urlsplit(text)
    return {
        "kind": parts.scheme,
        "name": parts.path[1:],
        "user": urllib.parse.unquote(parts.username or ""),
        "password": urllib.parse.unquote(parts.password or ""),
        "host": parts.hostname,
        "port": parts.port,
    }


def check(found, expected):
    """Compares one row, as a dict, with what it should be."""
    for key, value in expected.items():
        there = bytes(found[key]) if isinstance(found[key], memoryview) else found[key]
        if there != value:
            raise SystemExit(f"{expected.get('title', 'kinds')}.{key}: {there!r}, not {value!r}")
