#!/usr/bin/env python3
"""asyncpg doing the six works and the selects of 64 concurrent tasks. usage: peer_asyncpg.py URL"""

import asyncio
import json
import os
import statistics
import time

import asyncpg

from peer_measure import PARENTS, POSTS, ROUNDS, SINGLE, USERS, key, new_user, server_settings

COLUMNS = ["email", "name", "age", "score", "bio", "is_active", "created_at"]
TASKS = 64
STEPS = 20


def place():
    settings = server_settings()
    return {"host": settings["HOST"], "port": int(settings["PORT"]), "user": settings["USER"], "database": settings["NAME"]}


async def point_selects(db):
    by_key = await db.prepare("SELECT * FROM users WHERE id = $1")
    started = time.perf_counter()
    for step in range(SINGLE):
        assert await by_key.fetchrow(key(step))
    return time.perf_counter() - started, SINGLE


async def scan(db):
    everyone = await db.prepare("SELECT * FROM users")
    started = time.perf_counter()
    users = await everyone.fetch()
    seconds = time.perf_counter() - started
    assert len(users) == USERS
    return seconds, USERS


async def single_inserts(db):
    insert = await db.prepare(
        f"INSERT INTO users ({', '.join(COLUMNS)}) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id")
    rows = [tuple(new_user(index).values()) for index in range(SINGLE)]
    started = time.perf_counter()
    for row in rows:
        await insert.fetchval(*row)
    seconds = time.perf_counter() - started
    await db.execute("DELETE FROM users WHERE id > 10000")
    return seconds, SINGLE


async def bulk_insert(db):
    rows = [tuple(new_user(index).values()) for index in range(USERS)]
    started = time.perf_counter()
    await db.copy_records_to_table("users", records=rows, columns=COLUMNS)
    seconds = time.perf_counter() - started
    await db.execute("DELETE FROM users WHERE id > 10000")
    return seconds, USERS


async def parents_with_children(db):
    first_users = await db.prepare("SELECT * FROM users WHERE id <= $1")
    posts_of = await db.prepare("SELECT * FROM posts WHERE author_id = ANY($1)")
    started = time.perf_counter()
    users = await first_users.fetch(PARENTS)
    posts = {user["id"]: [] for user in users}
    for post in await posts_of.fetch(list(posts)):
        posts[post["author_id"]].append(post)
    seconds = time.perf_counter() - started
    assert sum(map(len, posts.values())) == PARENTS * POSTS
    return seconds, PARENTS


async def updates(db):
    update = await db.prepare("UPDATE users SET age = $1 WHERE id = $2")
    started = time.perf_counter()
    for step in range(SINGLE):
        await update.fetch(step % 90, key(step))
    return time.perf_counter() - started, SINGLE


async def crowd(pool):
    async def some(first):
        for step in range(first, first + STEPS):
            async with pool.acquire() as db:
                assert await db.fetchrow("SELECT * FROM users WHERE id = $1", key(step))

    started = time.perf_counter()
    await asyncio.gather(*(some(task * STEPS) for task in range(TASKS)))
    return time.perf_counter() - started, TASKS * STEPS


async def measured(work, *arguments):
    await work(*arguments)
    rounds = []
    for _ in range(ROUNDS):
        seconds, operations = await work(*arguments)
        rounds.append(seconds * 1e9 / operations)
    return statistics.median(rounds)


async def main():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    db = await asyncpg.connect(**place())
    works = {"W1": point_selects, "W2": scan, "W3": single_inserts, "W4": bulk_insert, "W5": parents_with_children,
             "W6": updates}
    figures = {name: await measured(work, db) for name, work in works.items()}
    async with asyncpg.create_pool(**place(), min_size=8, max_size=8) as pool:
        figures["64 tasks"] = await measured(crowd, pool)
    print(json.dumps(figures))


asyncio.run(main())
