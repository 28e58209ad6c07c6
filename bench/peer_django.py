#!/usr/bin/env python3
"""Django's ORM doing the six works. usage: peer_django.py SEED.sql | URL"""

import django
from django.conf import settings

from peer_measure import ON_SERVER, PARENTS, POSTS, SINGLE, USERS, Watch, key, measure, new_user, seed_script, server_settings, ZONE

settings.configure(
    DATABASES={"default": server_settings() if ON_SERVER else {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=ZONE is not None,
)
django.setup()

from django.db import connection, models, transaction  # noqa: E402  (needs the settings)


class User(models.Model):
    email = models.TextField(unique=True)
    name = models.TextField()
    age = models.IntegerField()
    score = models.FloatField()
    bio = models.TextField(null=True)
    is_active = models.BooleanField()
    created_at = models.DateTimeField()

    class Meta:
        app_label = "bench"
        db_table = "users"


class Post(models.Model):
    title = models.TextField()
    body = models.TextField()
    views = models.IntegerField()
    author = models.ForeignKey(User, models.CASCADE, related_name="posts")

    class Meta:
        app_label = "bench"
        db_table = "posts"


class RolledBack(Exception):
    pass


def remove_new_users():
    connection.cursor().execute("DELETE FROM users WHERE id > 10000")


def point_selects():
    watch = Watch()
    with watch:
        for step in range(SINGLE):
            User.objects.get(pk=key(step))
    return watch.seconds, SINGLE


def scan():
    watch = Watch()
    with watch:
        users = list(User.objects.all())
    assert len(users) == USERS
    return watch.seconds, USERS


def single_inserts():
    watch = Watch()
    rows = [new_user(index) for index in range(SINGLE)]
    if ON_SERVER:  # each committed
        with watch:
            for row in rows:
                User.objects.create(**row)
        remove_new_users()
        return watch.seconds, SINGLE
    try:
        with transaction.atomic():
            with watch:
                for row in rows:
                    User.objects.create(**row)
            raise RolledBack
    except RolledBack:
        return watch.seconds, SINGLE


def bulk_insert():
    watch = Watch()
    users = [User(**new_user(index)) for index in range(USERS)]
    with watch:
        User.objects.bulk_create(users)
    remove_new_users()
    return watch.seconds, USERS


def parents_with_children():
    watch = Watch()
    with watch:
        users = list(User.objects.filter(id__lte=PARENTS).prefetch_related("posts"))
    assert sum(len(user.posts.all()) for user in users) == PARENTS * POSTS
    return watch.seconds, PARENTS


def updates():
    watch = Watch()
    users = {user.pk: user for user in User.objects.all()}

    def update_all():
        with watch:
            for step in range(SINGLE):
                user = users[key(step)]
                user.age = step % 90
                user.save(update_fields=["age"])

    if ON_SERVER:
        update_all()
        return watch.seconds, SINGLE
    try:
        with transaction.atomic():
            update_all()
            raise RolledBack
    except RolledBack:
        return watch.seconds, SINGLE


connection.ensure_connection()
if not ON_SERVER:
    connection.connection.executescript(seed_script())
measure({"W1": point_selects, "W2": scan, "W3": single_inserts, "W4": bulk_insert, "W5": parents_with_children, "W6": updates})
