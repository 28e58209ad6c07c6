"""Reads and writes a library's database with SQLAlchemy: sqlalchemy_side.py create|fill|check <url>"""

import datetime
import sys
import uuid
import warnings

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    ForeignKey,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Text,
    Time,
    create_engine,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, declarative_base
from sqlalchemy.types import CHAR, BigInteger, TypeDecorator

import records

action = sys.argv[1]
place = records.address(sys.argv[2])
warnings.filterwarnings("ignore", message=".*support Decimal objects natively")
Base = declarative_base()
# MySQL's moments have no fractions of seconds unless told so.
Moment = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql").with_variant(mysql.DATETIME(fsp=6), "mariadb")
Clock = Time().with_variant(mysql.TIME(fsp=6), "mysql").with_variant(mysql.TIME(fsp=6), "mariadb")


def array_of(element):
    return JSON().with_variant(postgresql.ARRAY(element), "postgresql")


class Guid(TypeDecorator):
    """The recipe of SQLAlchemy's documentation; version 2 has it built in."""

    impl = CHAR(32)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value.hex

    def process_result_value(self, value, dialect):
        return uuid.UUID(value)


class Micros(TypeDecorator):
    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value // datetime.timedelta(microseconds=1)

    def process_result_value(self, value, dialect):
        return datetime.timedelta(microseconds=value)


class Author(Base):
    __tablename__ = "authors"
    id = Column(Integer, primary_key=True)
    name = Column(String(100), nullable=False)


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    title = Column(String(100), nullable=False)
    author = Column("author_id", ForeignKey("authors.id"), nullable=False)
    price = Column(Numeric(12, 2), nullable=False)
    published = Column(Date, nullable=False)
    opens = Column(Clock, nullable=False)
    created_at = Column(Moment, nullable=False, index=True)
    length = Column(Micros().with_variant(Interval(), "postgresql"), nullable=False)
    uid = Column(Guid().with_variant(postgresql.UUID(as_uuid=True), "postgresql"), nullable=False)
    in_print = Column(Boolean, nullable=False)
    rating = Column(Float(53), nullable=False)
    meta = Column(JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False)
    note = Column(Text)


class Kind(Base):
    __tablename__ = "kinds"
    id = Column(Integer, primary_key=True)
    small = Column(SmallInteger, nullable=False)
    whole = Column(Integer, nullable=False)
    big = Column(BigInteger, nullable=False)
    positive = Column(BigInteger, nullable=False)
    single = Column(Float(24), nullable=False)
    data = Column(LargeBinary, nullable=False)
    color = Column(Enum("red", "green", "blue", name="colors"), nullable=False)
    address = Column(String(45).with_variant(postgresql.INET(), "postgresql"), nullable=False)
    tags = Column(array_of(Text()), nullable=False)
    numbers = Column(array_of(Integer()), nullable=False)
    maybe = Column(Integer)


def as_row(book):
    return {**book, "created_at": book["created_at"].replace(tzinfo=None)}


def without_zone(value):
    """A moment in UTC: a column of duet's has a zone, one of SQLAlchemy's has none."""
    aware = isinstance(value, datetime.datetime) and value.tzinfo is not None
    return value.astimezone(datetime.timezone.utc).replace(tzinfo=None) if aware else value


def open_engine():
    driver = {"postgresql": "postgresql+psycopg2", "mariadb": "mariadb+mysqldb"}.get(place["kind"])
    if driver is None:
        return create_engine(f"sqlite:///{place['name']}")
    url = URL.create(driver, place["user"], place["password"], place["host"], place["port"], place["name"])
    if place["kind"] == "mariadb":
        return create_engine(url.update_query_dict({"charset": "utf8mb4"}))
    return create_engine(url, connect_args={"options": "-c timezone=utc"})


engine = open_engine()
with Session(engine) as session, session.begin():
    if action == "create":
        Base.metadata.create_all(engine)
    if action in ("create", "fill"):
        session.add_all([Author(name=name) for name in records.AUTHORS])
        session.flush()
        session.add_all([Book(**as_row(book)) for book in records.books()])
        session.flush()
        session.add_all([Kind(**kind) for kind in records.kinds()])
    if action == "check":
        assert [author.name for author in session.query(Author).order_by(Author.id)] == records.AUTHORS
        for expected in map(as_row, records.books()):
            book = session.query(Book).filter_by(title=expected["title"]).one()
            records.check({key: without_zone(getattr(book, key)) for key in expected}, expected)
            for key in ("created_at", "uid", "in_print", "published", "opens", "length"):
                if session.query(Book).filter_by(**{"title": expected["title"], key: expected[key]}).count() != 1:
                    raise SystemExit(f"not found by {key}: {expected['title']}")
        for found, expected in zip(session.query(Kind).order_by(Kind.id), records.kinds(), strict=True):
            records.check({key: getattr(found, key) for key in expected}, expected)
        session.query(Book).filter_by(title="round").update({"title": "round again"})
