"""The second step of a staff login: a code from an app, or a recovery code from paper.

Who has no app has no recovery codes either: both are taken away together.
"""

import base64
import logging
import math
import re
from binascii import unhexlify
from datetime import timedelta
from urllib.parse import quote, urlencode

import qrcode
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.safestring import SafeString, mark_safe
from django_otp import verify_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from qrcode.image.svg import SvgPathImage

from kinekracht.encryption import WrongKey
from kinekracht.staff import stamps
from kinekracht.staff.models import CodeApp
from kinekracht.staff.rights import note_second_step_taken

ISSUER = "KineKracht"  # what the app on somebody's telephone calls us
RECOVERY_CODES = 10
RECOVERY_DIGITS = 12  # digits alone, as a telephone shows its number keys for a code
FEW_LEFT = 2  # from here on it is time for new ones

WRONG = "wrong"  # an error that counts as a failed login

logger = logging.getLogger(__name__)


def has_app(user: User) -> bool:
    """Whether ``user`` has an app that makes codes."""
    return bool(CodeApp.objects.filter(user=user, confirmed=True).exists())


def check_code(user: User, said: str) -> Device:
    """The app or the recovery codes that the code ``said`` belongs to; it works only once.

    ValidationError, in words for ``user``, if it isn't right (with the code WRONG), or if there is
    no key to look at it with. ``kinekracht.staff.codes`` says how often somebody may be wrong.
    """
    code = compact(said)
    is_recovery = is_recovery_code(said)
    kind = StaticDevice if is_recovery else CodeApp
    device = kind.objects.filter(user=user, confirmed=True).first()
    token = kept(user, code) if is_recovery else code
    try:
        if device is not None and verify_token(user, device.persistent_id, token):
            return device
    except WrongKey:
        raise unreadable() from None
    raise ValidationError(
        "Deze herstelcode klopt niet, of ze is al gebruikt."
        if is_recovery
        else "Deze code klopt niet, of ze is al gebruikt. "
        "Wacht tot je app een nieuwe code toont, en neem die over.",
        WRONG,
    )


def is_recovery_code(said: str) -> bool:
    """Whether ``said``, right or wrong, is meant for a recovery code."""
    return len(compact(said)) == RECOVERY_DIGITS


def compact(said: str) -> str:
    """A code without what people put between its digits."""
    return re.sub(r"[\s.-]", "", said)


def too_soon(wait: timedelta) -> ValidationError:
    """What to say to who has to wait after a wrong code."""
    return ValidationError(
        "Deze code is niet bekeken: na een foute code moet je even wachten. "
        f"Probeer het opnieuw over {in_words(wait)}.",
        "too_soon",
    )


def unreadable() -> ValidationError:
    """What to say when the key of somebody's app belongs to none of ours, which is logged."""
    logger.error("WrongKey: the key of an app for codes belongs to no key in ENCRYPTION_KEYS")
    return ValidationError(
        "De site kan de codes van je app niet meer nakijken. Dat ligt niet aan jou. "
        "Een herstelcode werkt wel. Heb je er geen, vraag dan de beheerder om je tweede stap "
        "opnieuw te laten instellen.",
        "unreadable",
    )


def too_many() -> ValidationError:
    """What to say where nobody logged in lately, while somebody guesses codes."""
    return ValidationError(
        "Deze code is niet bekeken: met deze naam werden net te veel foute codes ingegeven. "
        "Gebruik een herstelcode, of meld je aan waar je dat de laatste maand al deed. "
        "Anders probeer je het over een uur opnieuw.",
        "too_many",
    )


def in_words(wait: timedelta) -> str:
    """A time to wait, rounded up: "8 seconden", "15 minuten"."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    for size, name in ((3600, "uur"), (60, "minuten")):
        if seconds > size:
            return f"{math.ceil(seconds / size)} {name}"
    return "1 seconde" if seconds == 1 else f"{seconds} seconden"


def enrol(user: User, key: str, said: str, *, replace: bool) -> CodeApp:
    """Give ``user`` the app that holds ``key`` (hexadecimal), once it made the code ``said``.

    All other sessions of ``user`` end. ValidationError if the code isn't right, if the one this is
    for has ended meanwhile, or if there is an app already and ``replace`` is false.
    """
    app = CodeApp(user=user, name="app", key=key)
    if not app.accept(compact(said)):
        raise ValidationError(
            "Deze code klopt niet. Neem de code die nu in je app staat. Klopt ze nog niet? "
            "Kijk of de klok van je telefoon juist staat.",
            "unproved",
        )
    with transaction.atomic():
        if not stamps.holds(user) or (has_app(user) and not replace):
            raise ValidationError("Je account is intussen veranderd. Meld je opnieuw aan.")
        CodeApp.objects.filter(user=user).delete()
        stamps.renew(user)
        app.save()
    return app


@transaction.atomic
def take_away(user: User) -> bool:
    """Delete the app and the recovery codes of ``user``; whether there was an app.

    All their sessions end, those that gave no code yet too. So who sets up an app after this has
    typed the password after this.
    """
    stamps.renew(user)
    StaticDevice.objects.filter(user=user).delete()
    deleted, _ = CodeApp.objects.filter(user=user).delete()
    if deleted:
        note_second_step_taken(user)
    return bool(deleted)


@transaction.atomic
def make_recovery_codes(user: User) -> list[str]:
    """New recovery codes for ``user``, as they are shown once; the earlier ones no longer work."""
    codes = [get_random_string(RECOVERY_DIGITS, "0123456789") for _ in range(RECOVERY_CODES)]
    device, _ = StaticDevice.objects.get_or_create(user=user, defaults={"name": "herstelcodes"})
    device.token_set.all().delete()
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=kept(user, code)) for code in codes
    )
    return [in_groups(code) for code in codes]


def codes_left(user: User) -> int | None:
    """How many recovery codes ``user`` has; None if there never were any."""
    device = StaticDevice.objects.filter(user=user).first()
    return None if device is None else device.token_set.count()


def kept(user: User, code: str) -> str:
    """A recovery code as the database keeps it: who reads it there can't log in with it."""
    mac = salted_hmac("kinekracht.second_factor", f"{user.pk} {code}", algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest())[:16].decode()  # as long as StaticToken can be


def in_groups(text: str) -> str:
    """``text`` in groups of four, to read and to type."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def typed_key(key: str) -> str:
    """The key of an app, from hexadecimal to what somebody types into it."""
    return in_groups(base64.b32encode(unhexlify(key)).decode())


def app_link(user: User, key: str) -> str:
    """What an app reads: the key, and for whom and where it is (otpauth://…)."""
    label = quote(f"{ISSUER}:{user.get_username()}")
    secret = base64.b32encode(unhexlify(key)).decode()
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER})}"


def qr_code(link: str) -> SafeString:
    """A drawing (SVG) of ``link``, for the camera of the app."""
    drawing = qrcode.make(link, image_factory=SvgPathImage)
    return mark_safe(drawing.to_string(encoding="unicode"))  # noqa: S308  paths only
