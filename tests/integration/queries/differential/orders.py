"""Of values_test.cpp"""

from sqlalchemy import func, select

from shop import asc, customers, desc, modulo

c = customers.c


def queries():
    ids = select(c.id)
    keys = {n: c[n] for n in ("name", "city", "score", "rating", "balance", "vip", "born", "joined")}
    keys.update({"remainder": modulo(c.score, 3), "lower": func.lower(c.city)})
    for name, key in keys.items():
        yield f"asc {name}", ids.order_by(*asc(key), c.id)
        yield f"desc {name}", ids.order_by(*desc(key), c.id.desc())
        yield f"asc nulls first {name}", ids.order_by(*asc(key, nulls="first"), c.id)
        yield f"asc nulls last {name}", ids.order_by(*asc(key, nulls="last"), c.id.desc())
        yield f"desc nulls first {name}", ids.order_by(*desc(key, nulls="first"), c.id)
        yield f"desc nulls last {name}", ids.order_by(*desc(key, nulls="last"), c.id)
    for limit in (0, 1, 7, 100):
        for offset in (0, 1, 55, 100):
            page = ids.limit(limit).offset(offset)
            yield f"page {limit} {offset}", page.order_by(*desc(c.score), c.id)
            yield f"page of some {limit} {offset}", page.where(c.score > 0).order_by(*asc(c.city), c.id)
        yield f"limit {limit}", ids.order_by(*asc(c.city), c.id.desc()).limit(limit)
    yield "only offset", ids.order_by(c.id).offset(50)
    cities = select(c.city).distinct().subquery()
    yield "distinct, ordered", select(cities.c.city).order_by(*desc(cities.c.city)).limit(4)
