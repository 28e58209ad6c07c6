"""Of truths_test.cpp"""

from sqlalchemy import and_, case, not_, or_, select

from shop import customers

c = customers.c


def claims():
    atoms = {
        "vip": c.vip == True,  # noqa: E712
        "score": c.score > 0,
        "rating": c.rating <= 1,
        "nowhere": c.city.is_(None),
        "city": c.city != "Berlin",
        "listed": c.score.notin_([1, 2]),
    }
    for a, p in atoms.items():
        yield a, p
        yield f"not {a}", not_(p)
        for b, q in atoms.items():
            yield f"{a} and {b}", and_(p, q)
            yield f"{a} or {b}", or_(p, q)
            yield f"not ({a} and not {b})", not_(and_(p, not_(q)))
            yield f"({a} or {b}) and not vip", and_(or_(p, q), not_(atoms["vip"]))


def queries():
    for name, claim in claims():
        yield f"rows: {name}", select(c.id).where(claim)
        yield f"value: {name}", select(c.id, case((claim, "yes"), (not_(claim), "no"), else_="unknown"))
