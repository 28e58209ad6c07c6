"""The tables of shop.hpp for SQLAlchemy, and words that mean the same on every database."""

import os
import sys

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    and_,
    case,
    cast,
    create_engine,
    event,
    func,
    literal,
)
from sqlalchemy.engine import URL

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "interop"))
import records  # noqa: E402

kind = records.address(sys.argv[2])["kind"]


def is_sqlite():
    return kind == "sqlite"


def is_postgres():
    return kind == "postgresql"


def is_mariadb():
    return kind == "mariadb"


def open_engine(url):
    place = records.address(url)
    if is_sqlite():
        engine = create_engine(f"sqlite:///{place['name']}")

        @event.listens_for(engine, "connect")
        def configure(connection, _):
            connection.execute("PRAGMA case_sensitive_like = ON")

        return engine
    driver = "postgresql+psycopg2" if is_postgres() else "mariadb+mysqldb"
    address = URL.create(driver, place["user"], place["password"], place["host"], place["port"], place["name"])
    if is_postgres():
        return create_engine(address, connect_args={"options": "-c timezone=utc"})
    engine = create_engine(address.update_query_dict({"charset": "utf8mb4"}))

    @event.listens_for(engine, "connect")
    def collate(connection, _):
        connection.cursor().execute("SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin")

    return engine


metadata = MetaData()
money = Numeric(38, 10)
customers = Table(
    "customers",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("name", String),
    Column("city", String),
    Column("score", Integer),
    Column("rating", Float),
    Column("balance", money),
    Column("vip", Boolean),
    Column("born", Date),
    Column("joined", DateTime),
)
orders = Table(
    "orders",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("customer_id", BigInteger),
    Column("status", String),
    Column("total", money),
    Column("discount", Integer),
    Column("placed", DateTime),
)
products = Table(
    "products",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("name", String),
    Column("category", String),
    Column("price", money),
    Column("stock", Integer),
)
lines = Table(
    "order_lines",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("order_id", BigInteger),
    Column("product_id", BigInteger),
    Column("quantity", Integer),
)
employees = Table(
    "employees",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("name", String),
    Column("boss_id", BigInteger),
    Column("department", String),
    Column("salary", Integer),
    Column("bonus", Integer),
    Column("hired", Date),
)

# Words with one meaning everywhere.


def asc(column, nulls="first"):
    return [case((column.is_(None), 0 if nulls == "first" else 1), else_=0 if nulls == "last" else 1), column.asc()]


def desc(column, nulls="last"):
    return [case((column.is_(None), 0 if nulls == "first" else 1), else_=0 if nulls == "last" else 1), column.desc()]


def divide(a, b):
    """Whole numbers: towards zero; NULL for a division by zero."""
    b = func.nullif(b, 0)
    return a.op("DIV" if is_mariadb() else "/", precedence=8)(b)


def modulo(a, b):
    return a % func.nullif(b, 0)


def length(text):
    return func.length(text) if is_sqlite() else func.char_length(text)


def average(value):
    return func.avg(cast(value, Float(53))) if is_postgres() else func.avg(value + literal(0.0))


def position(text, part):
    return func.strpos(text, part) if is_postgres() else func.instr(text, part)


def begins(text, part):
    return func.substr(text, 1, length(part)) == part


def ends(text, part):
    return and_(
        length(text) >= length(part), func.substr(text, length(text) - length(part) + 1, length(part)) == part
    )


def total(value):
    """A sum of whole numbers is a whole number."""
    return cast(func.sum(value), BigInteger) if not is_mariadb() else func.sum(value)
