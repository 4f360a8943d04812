"""Static files as they are served: one stylesheet, compressed, with a hash in every name."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(r'@import url\("(?P<name>[\w-]+\.css)"\)(?: layer\((?P<layer>\w+)\))?;')
STYLESHEETS = ("css/site.css",)


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Writes what a stylesheet imports in place of the import.

    In development a browser follows ``@import`` itself; live, that would be a request for each
    part, one after the other, before anything is drawn.
    """

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if not dry_run:
            for name in STYLESHEETS:
                source, path = paths[name]
                bundle = IMPORT.sub(self._imported(source, path), read(source, path))
                self.delete(name)
                self._save(name, ContentFile(bundle.encode()))
                paths = paths | {name: (self, name)}  # what is hashed and compressed next
        yield from super().post_process(paths, dry_run, **options)

    def _imported(self, source: Any, path: str) -> Any:
        folder = path.rpartition("/")[0]

        def content(match: re.Match[str]) -> str:
            part = read(source, f"{folder}/{match['name']}")
            return f"@layer {match['layer']} {{\n{part}}}\n" if match["layer"] else part

        return content


def read(storage: Any, path: str) -> str:
    """The text of the file ``path`` in a staticfiles source."""
    with storage.open(path) as file:
        return str(file.read().decode())
