#!/usr/bin/env python3
"""SQLAlchemy's ORM doing the six works. usage: peer_sqlalchemy.py SEED.sql | URL"""

import sqlalchemy as sa
from sqlalchemy.orm import Session, declarative_base, relationship, selectinload
from sqlalchemy.pool import StaticPool

from peer_measure import ON_SERVER, PARENTS, POSTS, SINGLE, USERS, Watch, key, measure, new_user, seed_script, server_settings, ZONE

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = sa.Column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    email = sa.Column(sa.Text, unique=True, nullable=False)
    name = sa.Column(sa.Text, nullable=False)
    age = sa.Column(sa.Integer, nullable=False)
    score = sa.Column(sa.Float, nullable=False)
    bio = sa.Column(sa.Text)
    is_active = sa.Column(sa.Boolean, nullable=False)
    created_at = sa.Column(sa.DateTime(timezone=ZONE is not None), nullable=False)
    posts = relationship("Post", back_populates="author")


class Post(Base):
    __tablename__ = "posts"
    id = sa.Column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    title = sa.Column(sa.Text, nullable=False)
    body = sa.Column(sa.Text, nullable=False)
    views = sa.Column(sa.Integer, nullable=False)
    author_id = sa.Column(sa.ForeignKey("users.id"), nullable=False)
    author = relationship("User", back_populates="posts")


if ON_SERVER:
    place = server_settings()
    postgres = place["ENGINE"].endswith("postgresql")
    engine = sa.create_engine(
        sa.engine.URL.create(
            "postgresql+psycopg2" if postgres else "mysql+mysqldb", place["USER"], place["PASSWORD"], database=place["NAME"],
            query={"host": place["HOST"], "port": place["PORT"]} if postgres else {"unix_socket": place["HOST"]}))
else:
    engine = sa.create_engine("sqlite://", poolclass=StaticPool)
    engine.raw_connection().executescript(seed_script())
    engine.raw_connection().execute("PRAGMA foreign_keys = ON")


def remove_new_users():
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM users WHERE id > 10000"))


# Without the expunge the identity map would answer from the second round on.
def point_selects():
    watch = Watch()
    with Session(engine) as session, watch:
        for step in range(SINGLE):
            assert session.get(User, key(step))
            session.expunge_all()
    return watch.seconds, SINGLE


def scan():
    watch = Watch()
    with Session(engine) as session:
        with watch:
            users = session.execute(sa.select(User)).scalars().all()
        assert len(users) == USERS
    return watch.seconds, USERS


def single_inserts():
    watch = Watch()
    rows = [new_user(index) for index in range(SINGLE)]
    with Session(engine) as session:
        session.connection()
        with watch:
            for row in rows:
                session.add(User(**row))
                session.commit() if ON_SERVER else session.flush()
        session.rollback()
    if ON_SERVER:
        remove_new_users()
    return watch.seconds, SINGLE


def bulk_insert():
    watch = Watch()
    with Session(engine) as session:
        users = [User(**new_user(index)) for index in range(USERS)]
        with watch:
            session.add_all(users)
            session.commit()
    remove_new_users()
    return watch.seconds, USERS


def parents_with_children():
    watch = Watch()
    with Session(engine) as session:
        with watch:
            query = sa.select(User).where(User.id <= PARENTS).options(selectinload(User.posts))
            users = session.execute(query).scalars().all()
        assert sum(len(user.posts) for user in users) == PARENTS * POSTS
    return watch.seconds, PARENTS


def updates():
    watch = Watch()
    with Session(engine, expire_on_commit=False) as session:
        users = {user.id: user for user in session.execute(sa.select(User)).scalars()}
        with watch:
            for step in range(SINGLE):
                user = users[key(step)]
                user.age = user.age + 1  # an unchanged value would send nothing
                session.commit() if ON_SERVER else session.flush()
        session.rollback()
    return watch.seconds, SINGLE


measure({"W1": point_selects, "W2": scan, "W3": single_inserts, "W4": bulk_insert, "W5": parents_with_children, "W6": updates})
