"""The migrations of the booking app, and one more."""

from booking import migrations

__path__ = [*__path__, *migrations.__path__]
