"""Queries that Django writes once: writing one takes it longer than running it.

Nothing of what they find is kept. They are for pages that are asked for very often.
"""

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Prepared:
    """A query with ``Value("name")`` wherever something differs from one run to the next."""

    def __init__(self, query: QuerySet[Any, Any]) -> None:
        self.query = query

    @cached_property
    def written(self) -> tuple[str, Sequence[str]]:
        """The SQL, and the names of what it takes, in their order."""
        sql, names = self.query.query.sql_with_params()
        return sql, names

    def objects(self, **given: Any) -> list[Any]:
        """What is found, as objects of the query's model; moments are ``given`` in UTC."""
        sql, names = self.written
        return list(self.query.model.objects.raw(sql, arguments(names, given)))

    def rows(self, **given: Any) -> list[tuple[Any, ...]]:
        """What is found by a query for values. Take in_utc() of moments: SQLite keeps no zones."""
        sql, names = self.written
        with connection.cursor() as cursor:
            cursor.execute(sql, arguments(names, given))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def arguments(parameters: Sequence[Any], given: dict[str, Any]) -> list[Any]:
    """What a query takes: what is ``given`` in the place of its name, and what is always so."""
    return [adapted(given[each]) if each in given else each for each in parameters]


def adapted(value: Any) -> Any:
    """A value as the database takes it."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def in_utc(moment: dt.datetime) -> dt.datetime:
    """A moment as it came in a row."""
    return moment.replace(tzinfo=dt.UTC)
