"""SQL as pg_restore writes it, run through the driver.

Not by psql: that obeys lines that begin with a backslash, and one of them runs programs.
"""

import re
from collections.abc import Iterable
from typing import Any

# What the rows of a table come behind. They end with a line of their own.
COPY = re.compile(rb"COPY \S+ \(.*\) FROM stdin;\n")
END = b"\\.\n"
# What pg_restore says to psql since 2025, so that it obeys nothing else.
TO_PSQL = re.compile(rb"\\(?:un)?restrict \w+\n")


def run(driver: Any, script: Iterable[bytes]) -> None:
    """Run all of a script in the transaction of a psycopg connection; errors are the driver's.

    What it takes for SQL and for rows may be wrong for a script that pg_restore did not make: then
    the server refuses it. Nothing is ever done here but to send it there.
    """
    lines, waiting = iter(script), bytearray()
    with driver.cursor() as cursor:
        for line in lines:
            if COPY.fullmatch(line):
                execute(cursor, waiting)
                with cursor.copy(line) as copy:
                    for row in iter(lambda: next(lines, END), END):
                        copy.write(row)
            elif not TO_PSQL.fullmatch(line):
                waiting += line
        execute(cursor, waiting)


def execute(cursor: Any, waiting: bytearray) -> None:
    """Send the statements that wait, if there are any, and forget them."""
    if waiting.strip():
        cursor.execute(bytes(waiting))
    waiting.clear()
