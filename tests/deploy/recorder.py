"""Stands in gunicorn's place, and notes what the proxy sends."""

import socketserver
import threading
from contextlib import contextmanager

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@contextmanager
def recorder():
    """A server whose ``requests`` are heads and bodies, each as its bytes came."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.requests = []
        server.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        lines = []
        while (line := self.rfile.readline()) not in {b"\r\n", b""}:
            lines.append(line.rstrip(b"\r\n").decode())
        if not lines:
            return
        length = next((line for line in lines if line.startswith("Content-Length: ")), ": 0")
        body = self.rfile.read(int(length.partition(": ")[2]))
        self.server.requests.append((lines, body))
        self.wfile.write(ANSWER)
