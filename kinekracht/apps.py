"""The practice's app, and the admin site all apps register with."""

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig


class KineKrachtConfig(AppConfig):
    name = "kinekracht"
    verbose_name = "Praktijk"

    def ready(self) -> None:
        from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

        from kinekracht import checks  # noqa: F401  registers them
        from kinekracht.content_version import CONTENT, change_on_commit
        from kinekracht.models import Treatment
        from kinekracht.redirects import keep_old_address
        from kinekracht.web.own_address import never_read_the_row

        never_read_the_row()
        pre_save.connect(keep_old_address, sender=Treatment)
        # By model: one receiver for all would slow down deleting everywhere.
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in CONTENT:
                for signal in (post_save, post_delete, m2m_changed):
                    signal.connect(change_on_commit, sender=model)


class PracticeAdminConfig(AdminConfig):
    default_site = "kinekracht.admin_site.PracticeAdminSite"
