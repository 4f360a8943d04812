"""The practice's app, and the admin site all apps register with."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class KineKrachtConfig(AppConfig):
    name = "kinekracht"
    verbose_name = "Praktijk"

    def ready(self) -> None:
        from django.db.models.signals import pre_save

        from kinekracht.models import Treatment
        from kinekracht.redirects import keep_old_address

        pre_save.connect(keep_old_address, sender=Treatment)


class PracticeAdminConfig(AdminConfig):
    default_site = "kinekracht.admin_site.PracticeAdminSite"
