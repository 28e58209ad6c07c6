"""SQLAlchemy's side of duet_statements: building a ranked statement, and compiling it without its cache."""

import statistics
import time

from sqlalchemy import BigInteger, Column, Float, Integer, MetaData, String, Table, func, select
from sqlalchemy.dialects import sqlite

TIMES = 300
ROUNDS = 7
orders = Table("orders", MetaData(), Column("id", Integer, primary_key=True), Column("customer_id", BigInteger),
               Column("status", String), Column("total", Float), Column("quantity", BigInteger))
dialect = sqlite.dialect()


def ranked(limit):
    rank = func.row_number().over(partition_by=orders.c.customer_id, order_by=[orders.c.total.desc(), orders.c.id])
    return (select(orders, rank.label("rank")).where(orders.c.status == "completed").order_by(orders.c.id)
            .limit(limit))


def microseconds(work):
    samples = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for i in range(TIMES):
            work(i)
        samples.append((time.process_time() - started) / TIMES * 1e6)
    return statistics.median(samples)


print(f"  {'SQLAlchemy: build the same statement':<46} {microseconds(ranked):8.2f} us")
print(f"  {'SQLAlchemy: build and compile it, uncached':<46} "
      f"{microseconds(lambda i: ranked(i).compile(dialect=dialect)):8.2f} us")
