"""Of joins_test.cpp"""

from sqlalchemy import and_, exists, func, not_, or_, select, union_all

from shop import asc, average, customers, employees, is_mariadb, lines, orders, products

c, o, e, l, p = customers.c, orders.c, employees.c, lines.c, products.c


def kinds(name, root, source, on):
    pairs = select(root.c.id, source.c.id)
    left = root.outerjoin(source, on)
    right = source.outerjoin(root, on)
    yield f"inner: {name}", pairs.select_from(root.join(source, on))
    yield f"left: {name}", pairs.select_from(left)
    yield f"right: {name}", pairs.select_from(right)
    unmatched = select(root.c.id, source.c.id).select_from(right).where(root.c.id.is_(None))
    both = union_all(pairs.select_from(left), unmatched)
    yield f"full: {name}", None if is_mariadb() else both
    yield f"left, missing: {name}", pairs.select_from(left).where(source.c.id.is_(None))
    yield f"left, where: {name}", pairs.select_from(left).where(root.c.id < 30)


def any_order(*conditions):
    return exists(select(o.id).where(o.customer_id == c.id, *conditions))


def count_orders(*conditions):
    return select(func.count()).where(o.customer_id == c.id, *conditions).scalar_subquery()


def queries():
    boss, peer, chief = employees.alias("boss"), employees.alias("peer"), employees.alias("chief")
    other = customers.alias("other")
    b, q = boss.c, peer.c
    yield from kinds("boss", employees, boss, b.id == e.boss_id)
    yield from kinds("better paid boss", employees, boss, and_(b.id == e.boss_id, b.salary > e.salary))
    yield from kinds("peer", employees, peer, and_(q.department == e.department, q.id > e.id))
    same = or_(q.department == e.department, and_(q.department.is_(None), e.department.is_(None)))
    or_none = kinds("peer or none", employees, peer, and_(same, q.salary > e.salary + 2000))
    # PostgreSQL has a FULL JOIN only for conditions that it can hash or merge.
    yield from (case for case in or_none if not case[0].startswith("full"))
    yield from kinds("order", customers, orders, o.customer_id == c.id)
    yield from kinds("large order", customers, orders, and_(o.customer_id == c.id, o.total > 300))
    yield from kinds("unequal", customers, orders, and_(o.discount == c.score, o.status != "open"))
    yield from kinds("namesake", customers, other, and_(other.c.name == c.name, other.c.id != c.id))

    inner = orders.join(customers, o.customer_id == c.id)
    left = orders.outerjoin(customers, o.customer_id == c.id)
    yield "relation", select(o.id, c.name).select_from(inner)
    yield "relation, left", select(o.id, c.name).select_from(left)
    yield "relation, by itself", select(o.id).select_from(inner).where(c.city == "Berlin")
    yield "relation, ordered by", select(o.id, c.name).select_from(left).order_by(*asc(c.name), o.id)
    of_line = lines.join(orders, l.order_id == o.id).join(products, l.product_id == p.id)
    lines_customers = of_line.outerjoin(customers, o.customer_id == c.id)
    yield "two hops", select(l.id, c.name).select_from(lines_customers).where(c.vip == True)  # noqa: E712
    yield "two relations", select(l.id, o.status, p.name).select_from(of_line).where(l.quantity > 5)
    yield "to many", select(c.id, o.id).select_from(inner)
    having = customers.outerjoin(orders, o.customer_id == c.id)
    yield "to many, left", select(c.id, o.id).select_from(having)
    yield "alias of a relation", select(e.id, b.name).select_from(employees.outerjoin(boss, b.id == e.boss_id))
    line = employees.join(boss, b.id == e.boss_id)
    yield "three generations", select(e.id, b.id, chief.c.id).select_from(
        line.outerjoin(chief, chief.c.id == b.boss_id)
    )
    yield "four tables", select(c.name, o.id, p.name).select_from(
        of_line.join(customers, o.customer_id == c.id)
    )
    yield "cross", select(c.id, other.c.id).where(c.id < 9, other.c.score > 3)
    yield "arithmetic over a join", select(l.id, p.price * l.quantity, l.quantity - p.stock).select_from(of_line)
    yield "count per customer", select(c.id, func.count(o.id), func.sum(o.total)).select_from(having).group_by(c.id)
    yield "revenue per category", select(
        p.category, func.sum(p.price * l.quantity), func.count()
    ).select_from(of_line).group_by(p.category)
    yield "per boss", select(b.name, func.count(), func.max(e.salary), average(e.bonus)).select_from(line).group_by(
        b.id, b.name
    ).having(func.count() > 1)
    yield "ordered by an alias", select(e.id, b.salary).select_from(line).order_by(b.salary.desc(), e.id).limit(12)
    yield "distinct over a join", select(c.city).select_from(inner).distinct()

    ids = select(c.id)
    yield "any", ids.where(any_order())
    yield "any large", ids.where(any_order(o.total > 400))
    yield "none large", ids.where(not_(any_order(o.total > 100)))
    yield "all paid", ids.where(not_(any_order(o.status != "paid")))
    # What is unknown does not satisfy the condition.
    yield "all discounted", ids.where(not_(any_order(or_(o.discount <= 0, o.discount.is_(None)))))
    yield "not any", ids.where(not_(any_order(o.discount < 5)))
    yield "count_of", select(c.id, count_orders())
    yield "count_of some", select(c.id, count_orders(o.status == "open"))
    yield "count_of compared", ids.where(count_orders() >= 3)
    large_line = exists(select(l.id).where(l.order_id == o.id, l.quantity >= 8))
    yield "any of any", ids.where(any_order(large_line))
    yield "any in a negation", ids.where(not_(or_(any_order(o.total > 300), c.score > 0)))
    yield "reports", select(e.id, select(func.count()).where(b.boss_id == e.id).scalar_subquery())
    yield "better paid report", select(e.id).where(exists(select(b.id).where(b.boss_id == e.id, b.salary > 5500)))
