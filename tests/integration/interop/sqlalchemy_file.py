"""Reads and writes a library's file with SQLAlchemy: sqlalchemy_file.py create|fill|check <file>"""

import datetime
import sys
import uuid
import warnings

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Float, ForeignKey, Integer, Numeric, String, Text, Time, create_engine
from sqlalchemy.orm import Session, declarative_base
from sqlalchemy.types import CHAR, BigInteger, TypeDecorator

import records

action, path = sys.argv[1:]
warnings.filterwarnings("ignore", message=".*support Decimal objects natively")
Base = declarative_base()


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
    opens = Column(Time, nullable=False)
    created_at = Column(DateTime, nullable=False, index=True)
    length = Column(Micros, nullable=False)
    uid = Column(Guid, nullable=False)
    in_print = Column(Boolean, nullable=False)
    rating = Column(Float, nullable=False)
    meta = Column(JSON, nullable=False)
    note = Column(Text)


def as_row(book):
    return {**book, "created_at": book["created_at"].replace(tzinfo=None)}


engine = create_engine(f"sqlite:///{path}")
with Session(engine) as session, session.begin():
    if action == "create":
        Base.metadata.create_all(engine)
    if action in ("create", "fill"):
        session.add_all([Author(name=name) for name in records.AUTHORS])
        session.flush()
        session.add_all([Book(**as_row(book)) for book in records.books()])
    if action == "check":
        assert [author.name for author in session.query(Author).order_by(Author.id)] == records.AUTHORS
        for expected in map(as_row, records.books()):
            book = session.query(Book).filter_by(title=expected["title"]).one()
            records.check({key: getattr(book, key) for key in expected}, expected)
            for key in ("created_at", "uid", "in_print", "published", "opens", "length"):
                if session.query(Book).filter_by(**{"title": expected["title"], key: expected[key]}).count() != 1:
                    raise SystemExit(f"not found by {key}: {expected['title']}")
        session.query(Book).filter_by(title="round").update({"title": "round again"})
