"""Of conditions_test.cpp"""

import datetime
import decimal

from sqlalchemy import and_, false, func, not_, or_, select, true

from shop import begins, customers, ends, modulo, position

c = customers.c


def operators(name, column, values):
    for i, v in enumerate(values):
        claims = {
            "eq": column == v,
            "ne": column != v,
            "lt": column < v,
            "le": column <= v,
            "gt": column > v,
            "ge": column >= v,
            "is": column.is_not_distinct_from(v),
            "is_not": column.is_distinct_from(v),
        }
        for op, condition in claims.items():
            yield f"{name} {op} {i}", condition
            yield f"not {name} {op} {i}", not_(condition)
    yield f"{name} is null", column.is_(None)
    yield f"{name} in none", column.in_([])
    yield f"{name} not in none", column.notin_([])
    yield f"{name} in all", column.in_(values)
    yield f"{name} not in all", column.notin_(values)
    yield f"{name} not (in all)", not_(column.in_(values))
    yield f"{name} between", column.between(values[0], values[1])
    yield f"{name} not between", not_(column.between(values[0], values[1]))
    yield f"{name} between, backwards", column.between(values[1], values[0])


def texts(name, column):
    parts = ["", "a", "A", "%", "_", "\\", "ö", "Ö", "'", "il", "rl", "漢", "a_b", " ", "50%"]
    for i, p in enumerate(parts):
        lowered = func.lower(p)
        yield f"{name} contains {i}", position(column, p) > 0
        yield f"{name} not contains {i}", position(column, p) == 0
        yield f"{name} icontains {i}", position(func.lower(column), lowered) > 0
        yield f"{name} startswith {i}", begins(column, p)
        yield f"{name} istartswith {i}", begins(func.lower(column), lowered)
        yield f"{name} endswith {i}", ends(column, p)
        yield f"{name} iendswith {i}", ends(func.lower(column), lowered)
    patterns = ["", "%", "_", "a%", "%a", "%D_", "__", "a\\_b", "50\\%", "%\\\\%", "%ö%"]
    for i, p in enumerate(patterns):
        yield f"{name} like {i}", column.like(p, escape="\\")
        yield f"{name} not like {i}", column.notlike(p, escape="\\")
        yield f"{name} ilike {i}", func.lower(column).like(func.lower(p), escape="\\")


def conditions():
    yield from operators("score", c.score, [-3, 3, 0])
    yield from operators("rating", c.rating, [-1.25, 2.5])
    yield from operators("balance", c.balance, [decimal.Decimal("-10.5"), decimal.Decimal(60)])
    yield from operators("name", c.name, ["Ada", "ö", ""])
    yield from operators("city", c.city, ["", "berlin"])
    yield from operators("born", c.born, [datetime.date(1980, 1, 1), datetime.date(2000, 2, 29)])
    yield from operators("joined", c.joined, [datetime.datetime(2024, 1, 1), datetime.datetime(2025, 6, 1)])
    yield from texts("name", c.name)
    yield from texts("city", c.city)
    yield "columns lt", c.score < c.rating
    yield "columns ne", c.name != c.city
    yield "columns is", or_(c.name == c.city, and_(c.name.is_(None), c.city.is_(None)))
    yield "columns between", c.score.between(c.id - 20, c.id)
    yield "null eq", c.score.is_(None)
    yield "null ne", c.score.isnot(None)
    yield "in with null", c.score.in_([1, 2])
    yield "always", true()
    yield "never", false()
    yield "coalesce", func.coalesce(c.score, 0) == 0
    yield "sum", c.score + c.rating > 1
    yield "remainder", modulo(c.score, 3) == -1


def queries():
    for name, condition in conditions():
        yield name, select(c.id).where(condition)
