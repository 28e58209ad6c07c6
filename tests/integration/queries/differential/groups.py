"""Of groups_test.cpp"""

from sqlalchemy import Integer, and_, case, cast, distinct, false, func, not_, or_, select

from shop import average, customers, desc, modulo
from values import part

c = customers.c


def aggregates():
    yield "count", func.count()
    yield "count(score)", func.count(c.score)
    yield "count(distinct score)", func.count(distinct(c.score))
    yield "sum(score)", func.sum(c.score)
    yield "avg(score)", average(c.score)
    yield "min(score)", func.min(c.score)
    yield "max(name)", func.max(c.name)
    yield "min(city)", func.min(c.city)
    yield "sum(rating)", func.sum(c.rating)
    yield "avg(rating)", average(c.rating)
    yield "sum(balance)", func.sum(c.balance)
    yield "avg(balance)", average(c.balance)
    yield "max(balance)", func.max(c.balance)
    yield "min(born)", func.min(c.born)
    yield "max(joined)", func.max(c.joined)
    yield "sum(score * id)", func.sum(c.score * c.id)
    yield "count filtered", func.count(case((c.vip, 1)))
    yield "sum filtered", func.sum(case((c.rating > 0, c.score)))
    yield "difference", func.max(c.score) - func.min(c.score)


def queries():
    odd = modulo(c.score, 2)
    for name, a in aggregates():
        every = select(a).select_from(customers)
        yield f"all: {name}", every
        yield f"none: {name}", every.where(false())
        yield f"some: {name}", every.where(or_(c.score < 0, c.city == "Graz"))
        by_city = select(c.city, a).group_by(c.city)
        yield f"city: {name}", by_city
        yield f"city, having: {name}", by_city.having(func.count(c.vip) > 4)
        yield f"city of none: {name}", by_city.where(c.id < 0)
        keyed = select(c.vip, odd.label("odd"), a)
        yield f"two keys: {name}", keyed.group_by(c.vip, "odd")
        yield f"query: {name}", select(c.vip, a).where(c.id > 5).group_by(c.vip).having(func.count() > 1)
    names = select(c.name, func.count()).group_by(c.name)
    yield "largest groups", names.order_by(func.count().desc(), c.name).limit(5)
    yield "having two", names.having(and_(func.count() >= 3, func.max(c.score) > 0))
    yield "having or", names.having(or_(func.count() >= 6, func.sum(c.balance) < 0))
    yield "having not", names.having(not_(func.count(c.score) == func.count()))
    yield "by expression", select(func.lower(c.name).label("k"), func.count()).group_by("k")
    year, month = part("year", c.joined), part("month", c.joined)
    yield "by year", select(year.label("y"), month.label("m"), func.count()).group_by("y", "m")
    way = case((c.score > 0, "up"), else_="down")
    yield "by case", select(way.label("way"), func.count()).group_by("way")
