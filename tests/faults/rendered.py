"""Which pages were rendered, by all processes of a site together."""

import os

from django.conf import settings


def note(get_response):
    """Middleware, the innermost: a line for each request that reaches a view."""
    file = os.open(settings.VAR_DIR / "rendered", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def middleware(request):
        os.write(file, f"{request.path}\n".encode())  # in one piece, whoever else writes
        return get_response(request)

    return middleware


def how_often(site, path):
    """How often the page at ``path`` was rendered."""
    return (site.var_dir / "rendered").read_text().splitlines().count(path)
