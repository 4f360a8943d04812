"""What a server answers, and whether it is what it should be."""

import gzip
from dataclasses import dataclass
from http import HTTPStatus

import brotli

from tests.running_site import Address, Answer

ENCODINGS = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
PADDING = 100  # bytes at most, that Django adds to gzip so that its length gives nothing away


class Wrong(Exception):  # noqa: N818  it is the outcome, not a mishap
    """What was measured is not what it should be, so the numbers are worth nothing."""


class Server(Address):
    """Somebody who answers, and whose work can be measured."""

    def cpu_seconds(self) -> float:
        """How much processor time its workers have used until now."""
        raise NotImplementedError


@dataclass(frozen=True)
class Target:
    """An address that is asked over and over, and always answers ``content``.

    ``accepts`` is what the client says in Accept-Encoding ("" for no such header), ``encoding``
    what comes of it, and ``sizes`` how many bytes that are on the wire, without the head.
    """

    address: Server
    path: str
    accepts: str
    encoding: str
    content: bytes
    sizes: range

    def __str__(self) -> str:
        return f"http://127.0.0.1:{self.address.port}{self.path} ({self.accepts or 'plain'})"

    def check(self) -> None:
        """Ask once; Wrong for anything else than is expected."""
        answer = fetch(self.address, self.path, self.accepts)
        if answer.headers.get("Content-Encoding", "") != self.encoding:
            raise Wrong(f"{self} is not encoded as it was")
        if len(answer.body) not in self.sizes:
            raise Wrong(f"{self} has {len(answer.body)} bytes, not {self.sizes}")
        if decoded(answer) != self.content:
            raise Wrong(f"{self} says something else than it did")


def target(address: Server, path: str, accepts: str = "") -> Target:
    """What ``address`` answers now, to be measured; Wrong if that is no page."""
    answer = fetch(address, path, accepts)
    length = len(answer.body)
    encoding = answer.headers.get("Content-Encoding", "")
    loose = PADDING if encoding == "gzip" else 0
    sizes = range(length - loose, length + loose + 1)
    return Target(address, path, accepts, encoding, decoded(answer), sizes)


def fetch(address: Address, path: str, accepts: str = "") -> Answer:
    """The answer to one question; Wrong if it isn't 200 with something in it."""
    headers = {"Accept-Encoding": accepts} if accepts else {"Accept-Encoding": "identity"}
    answer = address.get(path, **headers)
    if answer.status != HTTPStatus.OK or not answer.body:
        raise Wrong(f"{path} answers {answer.status} with {len(answer.body)} bytes")
    return answer


def decoded(answer: Answer) -> bytes:
    """The content, whatever it was compressed with."""
    encoding = answer.headers.get("Content-Encoding", "")
    if encoding not in ENCODINGS:
        raise Wrong(f"an answer is encoded as {encoding}")
    return bytes(ENCODINGS[encoding](answer.body))
