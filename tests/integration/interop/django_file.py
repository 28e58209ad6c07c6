"""Reads and writes a library's file with Django: django_file.py create|fill|check <file>"""

import sys

import django
from django.conf import settings

action, path = sys.argv[1:]
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": path}},
    INSTALLED_APPS=[],
    USE_TZ=True,
    TIME_ZONE="UTC",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.db import connection, models  # noqa: E402

import records  # noqa: E402


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


def as_row(book):
    return {"author_id" if key == "author" else key: value for key, value in book.items()}


if action == "create":
    with connection.schema_editor() as editor:
        editor.create_model(Author)
        editor.create_model(Book)
if action in ("create", "fill"):
    for name in records.AUTHORS:
        Author.objects.create(name=name)
    for book in records.books():
        Book.objects.create(**as_row(book))
if action == "check":
    assert [author.name for author in Author.objects.order_by("id")] == records.AUTHORS
    for expected in map(as_row, records.books()):
        records.check(Book.objects.filter(title=expected["title"]).values().get(), expected)
        for key in ("created_at", "uid", "in_print", "published", "opens", "length", "price"):
            # Django compares texts, and looks for a full second without the zeros that duet and SQLAlchemy write.
            if getattr(expected[key], "microsecond", 1) == 0:
                continue
            if Book.objects.filter(**{"title": expected["title"], key: expected[key]}).count() != 1:
                raise SystemExit(f"not found by {key}: {expected['title']}")
    Book.objects.filter(title="round").update(title="round again")
