"""Appointments: free times, requests, and what becomes of them."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"
    verbose_name = "Agenda"
