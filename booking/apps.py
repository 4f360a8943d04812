"""Appointments: free times, requests, and what becomes of them."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"
    verbose_name = "Agenda"

    def ready(self) -> None:
        from booking.staff import feed_addresses  # noqa: F401  it listens to what is saved
