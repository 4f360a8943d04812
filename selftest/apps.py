"""The self-test: questions that say whether an appointment is a good idea, and keep nothing."""

from django.apps import AppConfig


class SelfTestConfig(AppConfig):
    name = "selftest"
    verbose_name = "Zelftest"

    def ready(self) -> None:
        from django.db.models.signals import pre_save

        from kinekracht.redirects import keep_old_address
        from selftest.models import Questionnaire

        pre_save.connect(keep_old_address, sender=Questionnaire)
