"""How gunicorn serves the site, here and live: ``gunicorn --config python:kinekracht.gunicorn``."""

import gc
import os
from pathlib import Path
from typing import Any

from kinekracht import counters as counters  # noqa: PLC0414  made here, for all workers to share

wsgi_app = "kinekracht.wsgi:application"
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"

# Threads wait for the database and for slow readers; two processes use two cores.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
preload_app = False  # so that a reload (HUP) takes new code, worker by worker

timeout = 30  # seconds without a sign of life
graceful_timeout = 20  # seconds in which a stopping worker finishes its requests
# In memory where possible: a slow disk must not look like a worker that hangs.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

# Who is behind a proxy is decided by kinekracht.middleware.trust_proxy alone.
forwarded_allow_ips = ""
limit_request_line = 8190  # the most it takes; a longer one is 400

# No access log: which page somebody reads may say what they have. Gunicorn's warnings quote what
# it could not read.
loglevel = "error"
control_socket_disable = True  # it would stand in the home folder, shared by all sites of a user


def post_worker_init(_worker: Any) -> None:
    """Don't look for garbage, again and again, in what was loaded and stays."""
    gc.collect()
    gc.freeze()
