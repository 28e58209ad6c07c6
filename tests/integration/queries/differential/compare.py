"""Prints what SQLAlchemy finds: compare.py <family> <url>

For each query of the module <family>: "case <name>", "sql <text>", and a line of JSON for each row."""

import datetime
import decimal
import importlib
import json
import sys
import warnings

import shop


def cell(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (float, decimal.Decimal)):
        text = "%.6f" % float(value)
        text = text.rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return '"' + value.strftime("%Y-%m-%dT%H:%M:%S.%f") + '"'
    if isinstance(value, datetime.date):
        return '"' + value.isoformat() + '"'
    return json.dumps(value, ensure_ascii=False)


def main(family, url):
    warnings.simplefilter("ignore")
    sys.stdout.reconfigure(encoding="utf-8")
    engine = shop.open_engine(url)
    with engine.connect() as connection:
        for name, query in importlib.import_module(family).queries():
            print("case", name)
            if query is None:
                print("refused")
                continue
            try:
                print("sql", " ".join(str(query.compile(engine)).split()))
                for row in connection.execute(query).fetchall():
                    print("[" + ",".join(map(cell, row)) + "]")
            except Exception as error:
                print("error", " ".join(str(error).split()))
                connection.execute("ROLLBACK") if shop.is_postgres() else None


main(sys.argv[1], sys.argv[2])
