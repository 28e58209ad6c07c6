"""What the interop scripts write and expect, for every library alike."""

import datetime
import decimal
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


def check(found, expected):
    """Compares one row, as a dict, with what it should be."""
    for key, value in expected.items():
        if found[key] != value:
            raise SystemExit(f"{expected['title']}.{key}: {found[key]!r}, not {value!r}")
