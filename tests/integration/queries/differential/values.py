"""Of values_test.cpp"""

from sqlalchemy import Date, DateTime, Float, Integer, String, case, cast, func, literal, select, type_coerce

from shop import customers, divide, is_mariadb, is_postgres, is_sqlite, length, modulo

c = customers.c


def part(name, column):
    if is_postgres():
        field = {"weekday": "dow", "day_of_year": "doy"}.get(name, name)
        return cast(func.floor(func.date_part(field, column)), Integer)
    if is_mariadb():
        names = {"week": func.week(column, 3), "weekday": func.dayofweek(column) - 1, "day_of_year": func.dayofyear(column)}
        return names[name] if name in names else getattr(func, name)(column)
    formats = {"year": "%Y", "month": "%m", "day": "%d", "weekday": "%w", "day_of_year": "%j"}
    formats.update({"hour": "%H", "minute": "%M", "second": "%S"})
    if name == "quarter":
        return divide(cast(func.strftime("%m", column), Integer) + 2, 3)
    if name == "week":  # of the Thursday of that week
        thursday = func.date(column, "-3 days", "weekday 4")
        return divide(cast(func.strftime("%j", thursday), Integer) - 1, 7) + 1
    return cast(func.strftime(formats[name], column), Integer)


def truncated(name, column):
    if is_postgres():
        return func.date_trunc(name, column)
    formats = {"year": "%Y-01-01 00:00:00", "month": "%Y-%m-01 00:00:00", "day": "%Y-%m-%d 00:00:00"}
    formats["hour"] = "%Y-%m-%d %H:00:00"
    if is_mariadb():
        return cast(func.date_format(column, formats[name]), DateTime)
    return type_coerce(func.strftime(formats[name] + ".000000", column), DateTime)


def extreme(word, *values):
    """The largest (smallest) of those that are not NULL."""
    function = {"greatest": "max", "least": "min"}[word] if is_sqlite() else word
    if is_postgres():
        return getattr(func, word)(*[cast(v, Float(53)) for v in values])
    worst = -1000000 if word == "greatest" else 1000000
    return getattr(func, function)(*[func.coalesce(v, worst) for v in values])


def day_of(column):
    return func.date(column, type_=Date)


def values():
    for k in (-3, 0, 2, 7):
        yield f"score + {k}", c.score + k
        yield f"score - {k}", c.score - k
        yield f"score * {k}", c.score * k
        yield f"score / {k}", divide(c.score, k)
        yield f"score % {k}", modulo(c.score, k)
        yield f"rating / {k}", c.rating / func.nullif(literal(k), 0)
        yield f"rating * {k}", c.rating * k
        yield f"balance * {k}", c.balance * k
        yield f"balance + {k}", c.balance + k
        yield f"nullif {k}", func.nullif(c.score, k)
        yield f"coalesce {k}", func.coalesce(c.score, k)
    yield "score / column", divide(c.score, modulo(c.id, 5) - 2)
    yield "score % column", modulo(c.score, modulo(c.id, 5) - 2)
    yield "precedence", (c.score + 2) * (c.id - 3) - c.score * (c.id - (2 - c.score))
    yield "negated", -c.score
    yield "abs", func.abs(c.balance)
    # Halves go away from zero; of doubles some databases say otherwise.
    yield "round", func.round(c.rating if is_sqlite() else cast(c.rating, c.balance.type), 1)
    yield "greatest", extreme("greatest", c.score, c.rating, 1)
    yield "least", extreme("least", c.score, c.rating, 1)

    yield "lower", func.lower(c.name)
    yield "upper", func.upper(c.city)
    yield "trim", func.trim(c.name)
    yield "ltrim", func.ltrim(c.name)
    yield "rtrim", func.rtrim(c.name)
    yield "length", length(c.name)
    yield "replace", func.replace(c.name, "a", "__")
    yield "substr 2", func.substr(c.name, 2)
    yield "substr 2 2", func.substr(c.name, 2, 2)
    yield "concat", c.name + "-" + func.coalesce(c.city, "")
    yield "coalesce text", func.coalesce(c.city, c.name)
    yield "nullif text", func.nullif(c.city, "")
    yield "case", case((c.score > 2, "high"), (c.score < -2, "low"), else_="middle")
    yield "case without else", case((c.vip, c.score), (c.rating > 0, c.id))
    yield "case in case", case((c.city.is_(None), case((c.vip == True, 1), else_=2)), else_=3)  # noqa: E712
    yield "boolean", c.vip
    yield "born", c.born
    yield "joined", c.joined
    yield "date of joined", day_of(c.joined)
    for name in ("hour", "minute", "second"):
        yield name, part(name, c.joined)
    for name in ("year", "quarter", "month", "week", "day", "weekday", "day_of_year"):
        yield f"{name} of born", part(name, c.born)
        yield f"{name} of joined", part(name, c.joined)
    for name in ("year", "month", "day", "hour"):
        yield f"trunc_{name}", truncated(name, c.joined)
    yield "parameter as text", c.name + literal("%s ? :a {} $1", String)
    yield "decimal", c.balance


def queries():
    for name, value in values():
        yield name, select(c.id, value)
    yield "distinct", select(c.city, c.vip).distinct()
    yield "distinct expression", select(modulo(c.score, 3), c.vip).distinct()
