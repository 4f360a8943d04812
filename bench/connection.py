"""A client that costs little: http.client would be slower than what it measures."""

import socket
from types import TracebackType
from typing import Self

from bench.answers import Wrong

OK = b"HTTP/1.1 200 "
LENGTH = b"\r\ncontent-length: "
TIMEOUT = 30  # seconds


class Connection:
    """It stays open, and is opened again where the server closed it after an answer."""

    def __init__(self, port: int, accepts: str = "") -> None:
        self.port = port
        self.head = f"Host: 127.0.0.1:{port}\r\n".encode()
        if accepts:
            self.head += f"Accept-Encoding: {accepts}\r\n".encode()
        self.open()

    def open(self) -> None:
        """Connect."""
        self.socket = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.socket.close()

    def get(self, path: str) -> bytes:
        """The body of the answer, still encoded; Wrong unless it is 200 and says how long it is."""
        self.socket.sendall(b"GET %b HTTP/1.1\r\n%b\r\n" % (path.encode(), self.head))
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.more(path)
        head, _, body = received.partition(b"\r\n\r\n")
        lower = head.lower()
        if not head.startswith(OK) or LENGTH not in lower:
            raise Wrong(f"{path} was answered with {head[:80].decode(errors='replace')}")
        length = int(lower.partition(LENGTH)[2].partition(b"\r\n")[0])
        parts = [body]
        missing = length - len(body)
        while missing > 0:
            parts.append(self.more(path))
            missing -= len(parts[-1])
        if b"\r\nconnection: close" in lower:
            self.socket.close()
            self.open()
        return b"".join(parts)

    def more(self, path: str) -> bytes:
        """The next bytes; Wrong if there are none."""
        part = self.socket.recv(65_536)
        if not part:
            raise Wrong(f"{path} was not answered to the end")
        return part
