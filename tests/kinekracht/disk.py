"""A disk that is full."""

import resource
from contextlib import contextmanager


@contextmanager
def no_room(*, beyond=0):
    """No file can grow beyond so many bytes, for the length of a with block."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (beyond, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
