"""The lines about who changed what somebody may, and telling whom they concern."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from kinekracht.staff import mails
from kinekracht.staff.actor import acting_name

BEHEERDER = "beheerder"  # the group that runs the practice's site


class RightsChange(models.Model):
    """Somebody changed what an account may, or whose it is.

    Accounts are said by name, which outlives them.
    """

    class What(models.TextChoices):
        MADE = "made", "account gemaakt"
        DELETED = "deleted", "account verwijderd"
        NAME = "name", "naam van het account"
        EMAIL = "email", "e-mailadres"
        ACTIVE = "active", "mag aanmelden"
        STAFF = "staff", "werkt in het beheer"
        SUPERUSER = "superuser", "mag alles (superuser)"
        GROUPS = "groups", "groepen"
        PERMISSIONS = "permissions", "losse rechten"
        PASSWORD = "password", "wachtwoord, door iemand anders"
        SECOND_STEP = "second_step", "tweede stap weggenomen"
        SESSIONS = "sessions", "overal afgemeld, door iemand anders"
        THERAPIST = "therapist", "account van de therapeut"
        REQUESTS_TO = "requests_to", "wie een mail krijgt over aanvragen"
        GROUP_MADE = "group_made", "groep gemaakt"
        GROUP_DELETED = "group_deleted", "groep verwijderd"
        GROUP_NAME = "group_name", "naam van de groep"
        GROUP_RIGHTS = "group_rights", "rechten van de groep"

    at = models.DateTimeField("wanneer")
    by = models.CharField("wie", max_length=150)
    about = models.CharField("over wie", max_length=150)
    what = models.CharField("wat", max_length=16, choices=What)
    before = models.TextField("van", blank=True)
    after = models.TextField("naar", blank=True)
    to_tell = models.JSONField(default=list, editable=False)  # addresses without a mail until now

    class Meta:
        verbose_name = "wijziging van rechten"
        verbose_name_plural = "wijzigingen van rechten"
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["at"], name="rights_change_at")]

    def __str__(self) -> str:
        said = f"{self.about}: {self.get_what_display()}"
        return f"{said}: {self.from_to}" if self.from_to else said

    @property
    def from_to(self) -> str:
        """What was there before and is now; nothing of what is never said, such as a password."""
        return f"{self.before or '–'} → {self.after or '–'}" if self.before or self.after else ""


def record(
    what: RightsChange.What,
    about: str,
    before: str = "",
    after: str = "",
    *,
    concerning: Iterable[str],
) -> None:
    """Note a change, in the transaction that makes it.

    ``concerning`` are the addresses of those it is about. They and the beheerders of this moment
    get a mail, whatever becomes of their accounts until it is written.
    """
    addresses = {*concerning, *beheerders().values_list("email", flat=True)} - {""}
    RightsChange.objects.create(
        at=timezone.now(),
        by=acting_name(),
        about=about,
        what=what,
        before=before,
        after=after,
        to_tell=sorted(addresses),
    )


def beheerders() -> models.QuerySet[User]:
    """Those who run the site, superusers included."""
    return User.objects.filter(
        Q(groups__name=BEHEERDER) | Q(is_superuser=True), is_active=True
    ).distinct()


@transaction.atomic
def tell(_now: datetime) -> None:
    """Queue the mails about changes that nobody was told of: one for each address."""
    untold = RightsChange.objects.exclude(to_tell=[]).order_by("pk")
    by_address = defaultdict(list)
    for change in untold.select_for_update():
        for address in change.to_tell:
            by_address[address].append(change)
    for address, changes in by_address.items():
        mails.rights_changed(address, changes)
    pks = {change.pk for changes in by_address.values() for change in changes}
    RightsChange.objects.filter(pk__in=pks).update(to_tell=[])


def forget_rights_changes(now: datetime) -> int:
    """Delete old lines about rights; how many there were."""
    before = now - relativedelta(months=settings.AUDIT_MONTHS)
    return RightsChange.objects.filter(at__lt=before).delete()[0]
