"""Reads and writes a library's database with Django: django_side.py create|fill|check <url>"""

import sys

import django
from django.conf import settings

import records

action = sys.argv[1]
place = records.address(sys.argv[2])
engine = {"postgresql": "postgresql", "mariadb": "mysql"}.get(place["kind"], "sqlite3")
database = {"ENGINE": f"django.db.backends.{engine}", "NAME": place["name"]}
if engine != "sqlite3":
    database.update(USER=place["user"], PASSWORD=place["password"], HOST=place["host"], PORT=place["port"])
settings.configure(
    DATABASES={"default": database},
    INSTALLED_APPS=[],
    USE_TZ=True,
    TIME_ZONE="UTC",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.db import connection, models  # noqa: E402

if engine == "postgresql":
    from django.contrib.postgres.fields import ArrayField
else:

    def ArrayField(_):
        return models.JSONField()


class Author(models.Model):
    name = models.CharField(max_length=100)

    class Meta:
        app_label = "library"
        db_table = "authors"


class Book(models.Model):
    title = models.CharField(max_length=100)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    published = models.DateField()
    opens = models.TimeField()
    created_at = models.DateTimeField(db_index=True)
    length = models.DurationField()
    uid = models.UUIDField()
    in_print = models.BooleanField()
    rating = models.FloatField()
    meta = models.JSONField()
    note = models.TextField(null=True)

    class Meta:
        app_label = "library"
        db_table = "books"


class Kind(models.Model):
    small = models.SmallIntegerField()
    whole = models.IntegerField()
    big = models.BigIntegerField()
    positive = models.PositiveIntegerField()
    single = models.FloatField()
    data = models.BinaryField()
    color = models.CharField(max_length=10, choices=[(name, name) for name in ("red", "green", "blue")])
    address = models.GenericIPAddressField()
    tags = ArrayField(models.TextField())
    numbers = ArrayField(models.IntegerField())
    maybe = models.IntegerField(null=True)

    class Meta:
        app_label = "library"
        db_table = "kinds"


def as_row(book):
    return {"author_id" if key == "author" else key: value for key, value in book.items()}


if action == "create":
    with connection.schema_editor() as editor:
        editor.create_model(Author)
        editor.create_model(Book)
        editor.create_model(Kind)
if action in ("create", "fill"):
    for name in records.AUTHORS:
        Author.objects.create(name=name)
    for book in records.books():
        Book.objects.create(**as_row(book))
    for kind in records.kinds():
        Kind.objects.create(**kind)
if action == "check":
    assert [author.name for author in Author.objects.order_by("id")] == records.AUTHORS
    for expected in map(as_row, records.books()):
        records.check(Book.objects.filter(title=expected["title"]).values().get(), expected)
        for key in ("created_at", "uid", "in_print", "published", "opens", "length", "price"):
            # In SQLite Django compares texts, and looks for a full second without the zeros that duet and SQLAlchemy write.
            if engine == "sqlite3" and getattr(expected[key], "microsecond", 1) == 0:
                continue
            if Book.objects.filter(**{"title": expected["title"], key: expected[key]}).count() != 1:
                raise SystemExit(f"not found by {key}: {expected['title']}")
    for found, expected in zip(Kind.objects.order_by("id").values(), records.kinds(), strict=True):
        records.check(found, expected)
    Book.objects.filter(title="round").update(title="round again")
