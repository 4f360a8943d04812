"""Queries that Django writes once a process: writing one takes it longer than running it.

Nothing of what they find is kept. They are for pages that are asked for very often.

ARTICLE = Prepared(Article.objects.filter(slug=given("slug")))
ARTICLE.find(slug="titel")
"""

import datetime as dt
from copy import copy
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler


class Name(str):
    """What stands in a query in the place of what will be given under this name."""

    __slots__ = ()


def given(name: str) -> Value:
    """What differs from one run of a query to the next."""
    return Value(Name(name))


class Prepared:
    """A queryset, with ``given("name")`` wherever something differs between two runs."""

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        self.queryset = queryset

    @cached_property
    def written(self) -> tuple[SQLCompiler, str, tuple[Any, ...]]:
        """The SQL and what it takes, and what reads its answer."""
        # A clone, as writing changes it, and two threads may do so at the same time.
        compiler = self.queryset.query.clone().get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        return compiler, sql, tuple(parameters)

    def rows(self, **values: Any) -> list[Any]:
        """What is found now with these values, one for each name, as the database's driver has it.

        That is quicker where there is much. Moments are in UTC, and those of SQLite don't say so.
        """
        _, sql, parameters = self.written
        arguments = [adapted(values[p]) if isinstance(p, Name) else p for p in parameters]
        with connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            return list(cursor.fetchall())

    def find(self, **values: Any) -> list[Any]:
        """What is found, as the queryset makes it of its rows, with all that belongs to them."""
        compiler, *_ = self.written
        reader: Any = copy(compiler)
        reader.execute_sql = lambda *_, **__: [self.rows(**values)]
        queryset: Any = self.queryset.all()
        queryset.query.get_compiler = lambda *_, **__: reader
        return list(queryset)


def adapted(value: Any) -> Any:
    """A value as the database takes it."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
