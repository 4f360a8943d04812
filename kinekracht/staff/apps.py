"""Who may get in: accounts, logins, sessions."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "kinekracht.staff"
    verbose_name = "Toegang"
