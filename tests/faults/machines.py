"""More than one machine, as in docs/deploy.md: what they have in front and behind them."""

import contextlib
import os
import re
import secrets
import shutil
import subprocess

import pytest
import redis

from tests.faults.site import Site, kill, until
from tests.running_site import ROOT, Address, free_port

HOST = "127.0.0.1"
SBIN = "/usr/sbin"  # where Debian has nginx, and not everybody looks
# What nginx.conf says on a Debian server, and where this one may write.
AROUND = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors crit; {user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    {upstream}
    server {{ listen 127.0.0.1:{port}; server_name 127.0.0.1; {location} }}
}}
"""


def program(name, package):
    """The path of a program of Debian's. Its absence is a failure in CI, and elsewhere a skip."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:{SBIN}")
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            f"NO {name} HERE: the test with two machines did not run. "
            f"Install it (apt install {package})."
        )
    return path


def documented(language, words):
    """The block of code in docs/deploy.md that holds ``words``."""
    blocks = re.findall(
        r"^```(\w+)\n(.*?)^```$", (ROOT / "docs/deploy.md").read_text(), re.MULTILINE | re.DOTALL
    )
    [found] = [text for name, text in blocks if name == language and words in text]
    return found


def replaced(text, values):
    """``text`` with other values in the place of those in the documentation."""
    for old, new in values.items():
        assert old in text, f"{old} is not in {text}"
        text = text.replace(old, new)
    return text


class Redis:
    """A server with the documented configuration, on a port of its own."""

    def __init__(self, folder):
        self.program = program("redis-server", "redis-server")
        self.port, self.password = free_port(), secrets.token_hex(8)
        self.url = f"redis://:{self.password}@{HOST}:{self.port}/0"
        self.folder, self.process = folder, None
        values = {"10.0.0.3": HOST, "6379": str(self.port), "…": self.password}
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
    """A web machine, asked as the proxy does: by the site's name."""

    def request(self, method, path, body=b"", headers=None):
        return super().request(method, path, body, headers={"Host": HOST} | (headers or {}))


class Front(Address):
    """nginx with the documented configuration, before two machines."""

    def __init__(self, folder, one, other):
        self.program = program("nginx", "nginx-light")
        self.port, self.folder, self.process = free_port(), folder, None
        folder.mkdir()
        upstream = replaced(
            documented("nginx", "upstream kinekracht"),
            {f"10.0.0.{n}:8000": f"{HOST}:{site.port}" for n, site in enumerate((one, other), 1)},
        )
        (folder / "nginx.conf").write_text(
            AROUND.format(
                folder=folder,
                port=self.port,
                user="user root;" if os.geteuid() == 0 else "",
                upstream=upstream,
                location=documented("nginx", "proxy_next_upstream"),
            )
        )

    def start(self):
        """Return when it listens."""
        command = [self.program, "-c", self.folder / "nginx.conf", "-e", self.folder / "errors"]
        self.process = subprocess.Popen(command, start_new_session=True)
        until(self.answers, or_ended=self.process)

    def answers(self):
        with contextlib.suppress(OSError):
            return self.get("/gezond/").status > 0
        return False

    def stop(self):
        kill(self.process)
