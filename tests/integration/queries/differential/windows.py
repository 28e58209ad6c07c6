"""Of windows_test.cpp"""

from sqlalchemy import case, func, select

from shop import asc, average, customers, desc, is_mariadb, orders
from values import part

c, o = customers.c, orders.c


def ranked(name, f):
    yield f"{name} by id", f.over(order_by=[o.id])
    yield f"{name} by discount", f.over(order_by=[*asc(o.discount), o.id])
    yield f"{name} per status", f.over(partition_by=o.status, order_by=[o.total.desc(), o.id])
    yield f"{name} per customer", f.over(partition_by=[o.customer_id, o.status], order_by=[o.placed, o.id])


def framed(name, f):
    frames = {
        "rows to here": {"rows": (None, 0)},
        "rows from here": {"rows": (0, None)},
        "rows around": {"rows": (-2, 1)},
        "rows before": {"rows": (-3, -1)},
        "rows behind": {"rows": (1, 4)},
        "all rows": {"rows": (None, None)},
        "range to here": {"range_": (None, 0)},
        "range from here": {"range_": (0, None)},
        "range of peers": {"range_": (0, 0)},
        # Each group is one row here: SQLAlchemy 1.4 has no word for groups, MariaDB neither.
        "groups around": None if is_mariadb() else {"rows": (-1, 1)},
    }
    for frame_name, frame in frames.items():
        over = frame and f.over(partition_by=o.status, order_by=o.id, **frame)
        yield f"{name}, {frame_name}", over
    yield f"{name}, whole", f.over(partition_by=o.status)


def with_peers(name, f):
    yield f"{name} up to peers", f.over(order_by=asc(o.discount))
    yield f"{name} up to peers, backwards", f.over(order_by=desc(o.discount))
    yield f"{name} up to peers, nulls last", f.over(order_by=asc(o.discount, nulls="last"))
    yield f"{name} per customer, peers", f.over(partition_by=o.customer_id, order_by=o.status)


def columns():
    yield from ranked("row_number", func.row_number())
    yield from ranked("rank", func.rank())
    yield from ranked("dense_rank", func.dense_rank())
    yield from ranked("percent_rank", func.percent_rank())
    yield from ranked("cume_dist", func.cume_dist())
    yield from ranked("ntile", func.ntile(7))
    yield from ranked("lag", func.lag(o.total))
    yield from ranked("lag 3", func.lag(o.discount, 3))
    yield from ranked("lead", func.lead(o.status))
    if is_mariadb():  # has no third argument: whether there is such a row is seen by its key

        class Lead:
            def over(self, **window):
                there = func.lead(o.id, 2).over(**window)
                return case((there.is_(None), -99), else_=func.lead(o.discount, 2).over(**window))

        yield from ranked("lead or", Lead())
    else:
        yield from ranked("lead or", func.lead(o.discount, 2, -99))
    yield from with_peers("rank", func.rank())
    yield from with_peers("dense_rank", func.dense_rank())
    yield from with_peers("cume_dist", func.cume_dist())
    yield from framed("count", func.count())
    yield from framed("sum", func.sum(o.discount))
    yield from framed("avg", average(o.discount))
    yield from framed("min", func.min(o.total))
    yield from framed("max", func.max(o.discount))
    yield from framed("first_value", func.first_value(o.discount))
    yield from framed("last_value", func.last_value(o.total))
    yield from framed("nth_value", func.nth_value(o.id, 2))
    yield from with_peers("count", func.count(o.discount))
    yield from with_peers("sum", func.sum(o.total))
    yield from with_peers("max", func.max(o.status))
    yield "count over everything", func.count().over()
    yield "sum over everything", func.sum(o.total).over()
    yield "share", o.total / func.sum(o.total).over(partition_by=o.status)
    yield "filtered", func.count(case((o.discount > 5, 1))).over(partition_by=o.status, order_by=o.id)
    yield "by a month", func.count().over(partition_by=[part("year", o.placed), part("month", o.placed)])


def queries():
    for name, column in columns():
        yield name, None if column is None else select(o.id, column)
    running = func.sum(func.count()).over(order_by=o.status)
    yield "over groups", select(o.status, func.count(), running).group_by(o.status)
    window = {"partition_by": o.status, "order_by": [*desc(o.discount), o.id]}
    yield "named", select(o.id, func.sum(o.total).over(**window), func.rank().over(**window))
    rank = func.rank().over(order_by=o.status).label("place")
    ranks = select(o.id, rank).subquery()
    yield "ordered by one", select(ranks.c.id).order_by(ranks.c.place, ranks.c.id.desc()).limit(20)
    left = orders.outerjoin(customers, o.customer_id == c.id)
    place = func.row_number().over(partition_by=c.city, order_by=o.id)
    yield "across a relation", select(o.id, place).select_from(left)
