"""What ``manage.py check --deploy`` looks at beside what Django does."""

from typing import Any

from django.conf import settings
from django.core.checks import Tags, Warning, register  # noqa: A004  Django's name


@register(Tags.security, deploy=True)
def mails_leave(**_: Any) -> list[Warning]:
    """Warn if mails stay on this machine, where patients would miss them and others read them."""
    if settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
        return []
    return [
        Warning(
            "Mails are not sent: by default they are written to the log, names and all.",
            hint="Set EMAIL_URL to a mail server (see README, Settings).",
            id="kinekracht.W001",
        )
    ]


@register(Tags.security, deploy=True)
def backups_are_encrypted(**_: Any) -> list[Warning]:
    """Warn if who finds a backup reads names and telephone numbers."""
    if settings.BACKUP_KEYS:
        return []
    return [
        Warning(
            "Backups are not encrypted: who gets hold of one reads who comes to the practice.",
            hint="Set BACKUP_KEY, and keep a copy of it elsewhere (see README, Settings).",
            id="kinekracht.W002",
        )
    ]
