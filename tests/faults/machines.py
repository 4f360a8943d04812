"""More than one machine, as in docs/deploy.md: what they have in front and behind them."""

import contextlib
import secrets
import subprocess

import redis

from tests.deploy.documented import documented, program, replaced
from tests.deploy.raw import LOCALHOST, NAME
from tests.faults.site import Site, kill, until
from tests.running_site import free_port


class Redis:
    """A server with the documented configuration, on a port of its own."""

    def __init__(self, folder):
        self.program = program("redis-server", "redis-server")
        self.port, self.password = free_port(), secrets.token_hex(8)
        self.url = f"redis://:{self.password}@{LOCALHOST}:{self.port}/0"
        self.folder, self.process = folder, None
        values = {"10.0.0.3": LOCALHOST, "6379": str(self.port), "…": self.password}
        folder.mkdir()
        (folder / "redis.conf").write_text(replaced(documented("conf", "maxmemory"), values))

    def start(self):
        """Return when it answers."""
        command = [self.program, "redis.conf", "--daemonize", "no", "--logfile", "log"]
        self.process = subprocess.Popen(command, cwd=self.folder, start_new_session=True)
        until(self.answers, or_ended=self.process)

    def answers(self):
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url) as client:
            return client.ping()
        return False

    def stop(self):
        kill(self.process)


class Machine(Site):
    """A web machine, asked as the proxy does: by the site's name, for somebody who came by TLS."""

    def request(self, method, path, body=b"", headers=None):
        given = {"Host": NAME, "Referer": f"https://{NAME}/", "X-Forwarded-Proto": "https"}
        return super().request(method, path, body, headers=given | (headers or {}))


def servers(*sites):
    """What the upstream block of nginx says of two machines."""
    ports = {f"10.0.0.{n}:8000": f"{LOCALHOST}:{site.port}" for n, site in enumerate(sites, 1)}
    return replaced(documented("nginx", "max_fails"), ports)
