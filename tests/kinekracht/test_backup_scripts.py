"""How SQL that pg_restore wrote is sent: to the server, and nowhere else."""

import contextlib

from kinekracht.backups import scripts


class Driver:
    """Stands in for psycopg's connection, and notes what the server would be sent."""

    def __init__(self):
        self.sent = []

    def cursor(self):
        return contextlib.nullcontext(self)

    def execute(self, statements):
        self.sent.append(statements)

    def copy(self, statement):
        self.sent.append(statement)
        return contextlib.nullcontext(self)

    def write(self, row):
        self.sent.append([row])


def sent(script):
    driver = Driver()
    scripts.run(driver, script.splitlines(keepends=True))
    return driver.sent


def test_statements_are_sent_together_and_rows_one_by_one():
    assert sent(
        b"\\restrict abc\nSET x = 1;\nCREATE TABLE t (a text);\n"
        b"COPY public.t (a, b) FROM stdin;\n1\tCOPY public.t (a) FROM stdin;\n\\\\.\n\\.\n"
        b"SELECT 1;\n\\unrestrict abc\n"
    ) == [
        b"SET x = 1;\nCREATE TABLE t (a text);\n",
        b"COPY public.t (a, b) FROM stdin;\n",
        [b"1\tCOPY public.t (a) FROM stdin;\n"],
        [b"\\\\.\n"],
        b"SELECT 1;\n",
    ]


def test_a_table_without_rows_and_one_that_is_cut_off():
    begin = b'COPY public."order" (a) FROM stdin;\n'
    assert sent(begin + b"\\.\n\n") == [begin]
    assert sent(begin + b"1\n") == [begin, [b"1\n"]]


def test_what_psql_would_obey_is_left_to_the_server():
    for line in (b"\\! id\n", b"\\copy t from program 'id'\n", b"\\restrict a; \\! id\n"):
        assert sent(line) == [line]
