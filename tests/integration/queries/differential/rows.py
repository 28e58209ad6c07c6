"""Of rows_test.cpp"""

from sqlalchemy import and_, exists, func, not_, or_, select, tuple_

from shop import asc, customers, employees, lines, orders, products

c, o, e, l, p = customers.c, orders.c, employees.c, lines.c, products.c


def conditions():
    place = tuple_(c.city, c.score)
    name = tuple_(c.name, c.vip)
    other = customers.alias("other")
    pairs = [("Berlin", 1), ("Berlin", 3), ("Graz", 2), ("", 0), ("nowhere", 5)]
    yield "a list", place.in_(pairs)
    yield "not a list", not_(place.in_(pairs))
    yield "one row", place.in_([("Berlin", 3)])
    yield "with true", name.in_([("Ada", True), ("Grace", False)])
    yield "a list and more", and_(place.in_(pairs), c.id < 40)
    yield "a list or more", or_(place.in_(pairs), c.score.is_(None))
    yield "not the one nor the other", not_(or_(place.in_(pairs), c.id < 10))
    of_vips = select(other.c.city, other.c.score).where(other.c.vip == True)  # noqa: E712
    yield "a query", place.in_(of_vips)
    yield "not a query", not_(place.in_(of_vips))
    known = of_vips.where(other.c.city.isnot(None), other.c.score.isnot(None))
    yield "not a query without NULLs", not_(place.in_(known))
    yield "an empty query", place.in_(of_vips.where(other.c.id < 0))
    yield "not an empty query", not_(place.in_(of_vips.where(other.c.id < 0)))
    yield "a correlated query", tuple_(c.id, c.score).in_(
        select(o.customer_id, o.discount).where(o.customer_id == c.id).correlate(customers)
    )
    yield "groups", tuple_(c.city, c.score).in_(
        select(other.c.city, func.max(other.c.score)).group_by(other.c.city)
    )


def paths():
    line, order = lines.alias("line"), orders.alias("order_of_line")
    joined = (
        products.join(line, line.c.product_id == p.id)
        .join(order, line.c.order_id == order.c.id)
        .outerjoin(customers, order.c.customer_id == c.id)
    )
    chosen = select(p.id, line.c.id, c.name).select_from(joined)
    yield "two hops", chosen
    yield "two hops, chosen by", chosen.where(c.city == "Berlin")
    yield "two hops, ordered by", chosen.order_by(*asc(c.name), line.c.id)
    yield "two hops, grouped by", select(c.city, func.count()).select_from(joined).group_by(c.city)
    boss, chief, top = (employees.alias(name) for name in ("boss", "chief", "top"))
    up = employees.join(boss, boss.c.id == e.boss_id).outerjoin(chief, chief.c.id == boss.c.boss_id)
    yield "up", select(e.id, chief.c.name).select_from(up)
    yield "further up", select(e.id, top.c.id).select_from(up.outerjoin(top, top.c.id == chief.c.boss_id))
    yield "up, compared", select(e.id).select_from(up).where(chief.c.salary > e.salary)
    other = customers.alias("other")
    pairs = select(c.id, other.c.id).select_from(customers.join(other, other.c.city == c.city))
    of_other = lambda *conditions: exists(select(o.id).where(o.customer_id == other.c.id, *conditions))
    yield "any of many", pairs.where(of_other(o.total > 300), c.id < 12)
    yield "all of one alias's and of the root's", pairs.where(
        of_other(o.status == "sent"),
        exists(select(o.id).where(o.customer_id == c.id, o.status == "open")),
    )
    multiplied = customers.join(other, other.c.city == c.city).outerjoin(orders, o.customer_id == other.c.id)
    yield "many by name", select(c.id, other.c.id, o.id).select_from(multiplied).where(c.id < 9)


def queries():
    for name, condition in conditions():
        yield f"row in {name}", select(c.id).where(condition)
    for name, query in paths():
        yield f"path {name}", query
