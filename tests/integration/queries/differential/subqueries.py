"""Of subqueries_test.cpp"""

from sqlalchemy import BigInteger, String, and_, cast, exists, false, func, literal, not_, null, select, union, union_all

from shop import asc, average, customers, desc, employees, modulo, orders

c, o, e = customers.c, orders.c, employees.c


def conditions():
    his = o.customer_id == c.id
    other = customers.alias("other")
    known = o.customer_id.isnot(None)
    yield "in a query", c.id.in_(select(o.customer_id).where(o.total > 250, known))
    yield "in its keys", c.id.in_(select(other.c.id).where(other.c.score > 0))
    first = select(o.customer_id).where(known).order_by(o.total.desc(), o.id).limit(9).subquery()
    yield "in a query with limit", c.id.in_(select(first.c.customer_id))
    yield "in a query of texts", c.city.in_(select(other.c.city).where(other.c.vip, other.c.city.isnot(None)))
    yield "in a correlated query", c.score.in_(
        select(o.discount).where(his, o.discount.isnot(None)).correlate(customers)
    )
    yield "in an empty query", c.score.in_(select(o.discount).where(false()))
    yield "in a statement", c.id.in_(select(o.customer_id).where(o.status == "sent", known))
    yield "in a statement with NULLs", c.score.in_(select(o.discount).where(o.id < 8))
    yield "exists", exists(select(o.id).where(his))
    yield "exists with a condition", exists(select(o.id).where(his, o.discount > c.score))
    yield "exists of anything", exists(select(o.id).where(o.total > 100000))
    yield "exists of a statement", exists(select(o.id).where(his, o.total < 50))
    yield "more than the average", c.score > select(average(other.c.score)).scalar_subquery()
    yield "more than his orders", c.balance > select(func.sum(o.total)).where(his).scalar_subquery()
    yield "scalar statement", c.score == select(func.max(other.c.score)).scalar_subquery()
    for i, total in enumerate((1000, 450, 1000, 450), 1):
        discounts = select(o.discount).where(o.total > total, o.discount.isnot(None))
        yield f"in something or nothing, round {i}", c.score.in_(discounts)
        yield f"out of something or nothing, round {i}", c.score.notin_(discounts)
    yield "scalar of no row", c.score == select(other.c.score).where(other.c.id < 0).scalar_subquery()


def sources():
    per_city = select(c.city, func.count().label("n")).group_by(c.city)
    for name, source in (("derived", per_city.subquery("cities")), ("cte", per_city.cte("per_city"))):
        s = source.c
        yield name, select(s.city, s.n).where(s.n > 5)
        yield f"{name}, aggregated", select(func.count(), func.max(s.n), average(s.n)).select_from(source)
        yield f"{name}, joined", select(c.id, s.n).select_from(customers.join(source, s.city == c.city))
        left = customers.outerjoin(source, and_(s.city == c.city, s.n > 6))
        yield f"{name}, left joined", select(c.id, s.n).select_from(left)
        yield f"{name}, ordered", select(s.n, s.city).order_by(s.n.desc(), *asc(s.city)).limit(3)
    common = per_city.cte("per_city")
    again = common.alias("again")
    pairs = common.join(again, again.c.n > common.c.n)
    yield "cte twice", select(common.c.city, again.c.city, common.c.n + again.c.n).select_from(pairs)
    large = select(common.c.city, common.c.n).where(common.c.n >= 6).cte("large")
    yield "cte of a cte", select(large.c.city, large.c.n)
    yield "two ctes", select(c.id).where(c.city.in_(select(large.c.city)))

    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < 20))
    yield "numbers", select(numbers.c.n, numbers.c.n * numbers.c.n)
    tree = select(e.id, literal(0).label("depth")).where(e.boss_id.is_(None)).cte("tree", recursive=True)
    below = select(e.id, tree.c.depth + 1).select_from(employees.join(tree, tree.c.id == e.boss_id))
    tree = tree.union_all(below)
    yield "tree", select(tree.c.id, tree.c.depth)
    yield "tree, by depth", select(tree.c.depth, func.count()).group_by(tree.c.depth)
    cycle = select(literal(1).label("n")).cte("cycle", recursive=True)
    cycle = cycle.union(select(modulo(cycle.c.n * 2 + 1, 13)))
    yield "cycle", select(cycle.c.n)
    words = [(1, "Berlin"), (2, None), (3, ""), (3, "Graz")]
    rows = [select(literal(n).label("n"), (literal(w) if w is not None else null()).label("word")) for n, w in words]
    listed = union_all(*rows).subquery("list")
    yield "values", select(listed.c.n, listed.c.word)
    yield "values, joined", select(c.id, listed.c.n).select_from(customers.join(listed, listed.c.word == c.city))


def queries():
    for name, condition in conditions():
        yield name, select(c.id).where(condition)
        yield f"not {name}", select(c.id).where(not_(condition))
    his = o.customer_id == c.id

    def of(value, order=()):
        query = select(value).where(his)
        return query.order_by(*order).limit(1).scalar_subquery() if order else query.scalar_subquery()

    first = of(o.status, (o.total.desc(), o.id))
    yield "value per row", select(c.id, of(func.count()), of(func.max(o.total)), first)
    yield "scalar per row", select(c.id, of(func.sum(o.discount)))
    other = customers.alias("other")
    yield "arithmetic with a scalar", select(c.id, c.score - select(func.min(other.c.score)).scalar_subquery())
    yield "ordered by a subquery", select(c.id).order_by(of(func.count()).desc(), c.id).limit(10)
    yield "coalesced", select(c.id, func.coalesce(of(func.sum(o.discount)), -1))
    yield from sources()
