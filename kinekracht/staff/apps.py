"""Who may get in: accounts, logins, sessions."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "kinekracht.staff"
    verbose_name = "Toegang"

    def ready(self) -> None:
        from django.contrib.auth.models import User

        from kinekracht.staff import codes, rights  # noqa: F401  they listen to what is saved
        from kinekracht.staff.mails import guard_addresses
        from kinekracht.staff.names import guard_names
        from kinekracht.staff.stamps import session_hash

        guard_names()
        guard_addresses()
        # Everything that begins, compares or renews a session asks the user for it. A model of
        # our own for users would be the way to say so, had there not been users before.
        User.add_to_class("get_session_auth_hash", session_hash)
