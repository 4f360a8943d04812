"""How often somebody may be wrong about the code of the second step.

Who gets that far knows the password. If it isn't the owner, they must not find the code, nor keep
the owner out: what they do wrong makes themselves wait, and nobody elsewhere. See decision 014.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.models import Device

from kinekracht import second_factor
from kinekracht.limits import network_of
from kinekracht.staff import mails
from kinekracht.staff.actor import acting_name
from kinekracht.staff.guesses import KEEP_NETWORKS, KEEP_WRONG_CODES, KnownNetwork, Wave, WrongCode
from kinekracht.staff.passwords import is_stronger_hash

WINDOW = timedelta(hours=1)  # in which wrong codes are counted
LONGEST_WAIT = timedelta(minutes=1)  # after a wrong code, in one place
# In the window, with one name from all networks together. Not of recovery codes: ten of 10^12 are
# found by nobody, and an end to them would keep out the owner who is being guessed at.
MOST_WRONG = 20
MAKES_A_WAVE = 5  # wrong codes in a day that no right one followed


def check_code(user: User, said: str, *, address: str) -> Device:
    """``second_factor.check_code``, for who hasn't been wrong too often at this ``address``.

    A wrong code is counted. ValidationError, in words for ``user``, as there.
    """
    now = timezone.now()
    network, recovery = hash_network(user, address), second_factor.is_recovery_code(said)
    with transaction.atomic():
        # One code of a user at a time, or many at once would all come before the first counts.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        wrong_codes = WrongCode.objects.filter(user=user, recovery=recovery, at__gt=now - WINDOW)
        refuse_too_soon(wrong_codes.filter(network=network), now)
        too_many = not recovery and wrong_codes.count() >= MOST_WRONG
        if too_many and not is_known(user, network, now):
            raise second_factor.too_many()
        try:
            device = second_factor.check_code(user, said)
        except ValidationError as error:
            if error.code != second_factor.WRONG:
                raise
            WrongCode.objects.create(user=user, network=network, recovery=recovery, at=now)
            note_wave(user, now)
            wrong = error
        else:
            WrongCode.objects.filter(user=user, network=network).delete()
            return device
    raise wrong  # after the transaction, which keeps the count


def hash_network(user: User, address: str) -> str:
    """What is kept of the network of ``address``, for the login of ``user``."""
    said = f"{user.pk} {network_of(address)}"
    return salted_hmac("kinekracht.staff.codes", said, algorithm="sha256").hexdigest()


def refuse_too_soon(wrong_codes: QuerySet[WrongCode], now: datetime) -> None:
    """ValidationError if the last of these was a moment ago: 1 s, 2 s, 4 s … at most a minute."""
    seen = wrong_codes.aggregate(count=Count("pk"), last=Max("at"))
    if seen["count"]:
        wait = timedelta(seconds=2 ** min(seen["count"] - 1, 10))
        until = seen["last"] + min(wait, LONGEST_WAIT)
        if now < until:
            raise second_factor.too_soon(until - now)


def is_known(user: User, network: str, now: datetime) -> bool:
    """Whether ``user`` logged in from ``network`` in the last thirty days."""
    known = KnownNetwork.objects.filter(user=user, network=network)
    return known.filter(last_at__gt=now - KEEP_NETWORKS).exists()


def note_wave(user: User, now: datetime) -> None:
    """Note that wrong codes come close together; their owner gets a mail as that begins."""
    recent = WrongCode.objects.filter(user=user, at__gt=now - KEEP_WRONG_CODES)
    if recent.count() < MAKES_A_WAVE:
        return
    going_on = Wave.objects.filter(user=user, last_at__gt=now - KEEP_WRONG_CODES)
    if not going_on.update(last_at=now):
        began_at = recent.aggregate(first=Min("at"))["first"]
        said = {"began_at": began_at, "last_at": now, "seen_at": None}
        Wave.objects.update_or_create(user=user, defaults=said)
        mails.password_known(user)


def note_login(user: User, address: str) -> Wave | None:
    """Remember from where ``user`` got in; the wave that they are told about now, if any."""
    now = timezone.now()
    KnownNetwork.objects.update_or_create(
        user=user, network=hash_network(user, address), defaults={"last_at": now}
    )
    wave = Wave.objects.unseen().filter(user=user).first()
    Wave.objects.filter(user=user).update(seen_at=now)
    return wave


@receiver(pre_save, sender=User)
def begin_anew(instance: User, update_fields: Any = None, **_kwargs: Any) -> None:
    """Forget wrong codes when somebody is given another password: who knew the old one is out.

    Not when it is one's own choice. Who guesses codes in a session that was left open would begin
    anew with each password, and its owner wouldn't be told.
    """
    is_written = update_fields is None or "password" in update_fields
    if instance.pk is None or not is_written or is_stronger_hash(instance, update_fields):
        return
    same = User.objects.filter(pk=instance.pk, password=instance.password)
    if same.exists() or acting_name() == instance.username:
        return
    for model in (WrongCode, Wave):
        model._default_manager.filter(user=instance).delete()
