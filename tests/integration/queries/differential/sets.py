"""Of sets_test.cpp"""

from sqlalchemy import except_, except_all, false, func, intersect, intersect_all, or_, select, union, union_all

from shop import asc, customers, desc, employees, is_mariadb, is_sqlite, orders

c, o = customers.c, orders.c


def whole(query):
    return select(query.subquery())


def queries():
    every = select(c.city, c.score)
    parts = {
        "vip": every.where(c.vip),
        "scored": every.where(c.score > -3),
        "nowhere": every.where(or_(c.city.is_(None), c.score.is_(None))),
        "nobody": every.where(false()),
    }
    for a, left in parts.items():
        for b, right in parts.items():
            names = f" of {a} and {b}"
            yield "union" + names, union(left, right)
            yield "union_all" + names, union_all(left, right)
            yield "intersect" + names, intersect(left, right)
            yield "except" + names, except_(left, right)
            yield "intersect_all" + names, None if is_sqlite() else intersect_all(left, right)
            yield "except_all" + names, None if is_sqlite() else except_all(left, right)
    vip, scored, nowhere = parts["vip"], parts["scored"], parts["nowhere"]
    both = union(vip, scored).subquery()
    yield "ordered", select(both).order_by(*desc(both.c.city), *asc(both.c.score))
    both = union(vip, nowhere).subquery()
    yield "ordered, cut", select(both).order_by(*asc(both.c.score), *asc(both.c.city)).limit(7).offset(2)
    yield "union, intersect", intersect(whole(union(vip, scored)), nowhere)
    yield "intersect, union", union(whole(intersect(vip, scored)), nowhere)
    yield "except, union all, except", except_(whole(union_all(whole(except_(vip, nowhere)), scored)), vip)
    yield "union all, union", union(whole(union_all(vip, scored)), nowhere)
    yield "union, union all", union_all(whole(union(vip, scored)), nowhere)
    yield "nested", except_(vip, whole(intersect(scored, nowhere)))
    limited = whole(vip.order_by(c.id).limit(4)), whole(scored.order_by(c.id.desc()).limit(5))
    yield "of limited ones", union_all(*limited)
    both = union(vip, nowhere).subquery()
    yield "in FROM", select(both.c.city, func.count(), func.sum(both.c.score)).group_by(both.c.city)
    other = customers.alias("other")
    without = except_(select(other.c.id).where(other.c.vip), select(o.customer_id).where(o.customer_id.isnot(None)))
    yield "in a condition", select(c.id).where(c.id.in_(whole(without)))
    yield "of two tables", union(select(c.name), select(employees.c.name))
