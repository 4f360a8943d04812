"""SQLite, with connections that outlive a request (``CONN_MAX_AGE``), but not their file.

Opening one costs more than most pages. Left open while the file is taken away, it would go on
writing to a file that nobody can find any more; so before each request it is looked at.
"""

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base, features

Identity = tuple[int, int]


class DatabaseFeatures(features.DatabaseFeatures):
    """Knows what Django would try, in a transaction that waits for whoever is writing.

    And where it waited in vain, Django would take it that this SQLite has no JSON.
    """

    supports_json_field = True


class DatabaseWrapper(base.DatabaseWrapper):
    """Closes a connection when its file is gone, or is another."""

    features_class = DatabaseFeatures
    opened: Identity | None = None

    def get_new_connection(self, conn_params: Any) -> Any:
        self.opened = self.identity()  # first: one that takes its place meanwhile is another
        return super().get_new_connection(conn_params)

    def close_if_unusable_or_obsolete(self) -> None:
        is_open = self.connection is not None and not self.in_atomic_block
        if is_open and self.identity() != self.opened:
            self.close()
        super().close_if_unusable_or_obsolete()

    def identity(self) -> Identity | None:
        """Which file there is under the database's name now; None if there is none."""
        try:
            found = Path(self.settings_dict["NAME"]).stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
