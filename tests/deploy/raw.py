"""Requests byte by byte: what no browser sends, and how slow it may come."""

import contextlib
import socket
import ssl

NAME = "example.be"  # as in the documentation
LOCALHOST = "127.0.0.1"
CALL_BACK = "/afspraak/terugbellen/"


def connect(port, source=LOCALHOST):
    """A connection on which nothing was said yet."""
    return socket.create_connection((LOCALHOST, port), 30, (source, 0))


def head(path="/", method="GET", host=NAME, **headers):
    """The first lines of a request that is the last on its connection."""
    given = {"Host": host, "Connection": "close"} | headers
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def status_of(answer):
    return int(answer.split()[1])


def unfinished(front, path=CALL_BACK, body=b"name=", headers=None, **options):
    """A connection on which part of a form was sent."""
    connection = front.connect(**options)
    length = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "100"}
    connection.sendall(head(path, "POST", **length | (headers or {})) + body)
    return connection


def read_all(connection):
    """What comes until the other side closes; nothing if it does so rudely."""
    said = b""
    with contextlib.suppress(ConnectionResetError, ssl.SSLEOFError):
        while data := connection.recv(65536):
            said += data
    return said


def is_closed(connection, more=b""):
    """Whether the other side is done with us; ``more`` is sent first."""
    connection.settimeout(0.05)
    try:
        connection.sendall(more)
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except (OSError, ssl.SSLError):
        return True
    return True
