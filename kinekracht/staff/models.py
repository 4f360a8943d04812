"""What we keep of an account beside Django's own row."""

import time
from binascii import unhexlify
from typing import Any

from django.contrib.auth.models import User
from django.db import models
from django.utils.crypto import get_random_string
from django_otp.models import Device, DeviceManager
from django_otp.oath import TOTP
from django_otp.util import random_hex

from kinekracht.encryption import EncryptedTextField
from kinekracht.staff.guesses import KnownNetwork, Wave, WrongCode
from kinekracht.staff.rights_log import RightsChange

__all__ = ["CodeApp", "KnownNetwork", "RightsChange", "Stamp", "Wave", "WrongCode"]


def new_stamp() -> str:
    """A stamp that nobody had before."""
    return get_random_string(22)


class StampManager(models.Manager["Stamp"]):
    def get_by_natural_key(self, name: str) -> "Stamp":
        return self.get(user__username=name)


class Stamp(models.Model):
    """What a session of ``user`` must carry to count. Another stamp ends all of them at once.

    Made at the first login; see ``stamps``, which alone reads and changes it.
    """

    user = models.OneToOneField(User, models.CASCADE)
    value = models.CharField(max_length=22, default=new_stamp)

    objects = StampManager()

    class Meta:
        verbose_name, verbose_name_plural = "stempel", "stempels"
        default_permissions = ()

    def __str__(self) -> str:
        return f"stempel van {self.user_id}"

    def natural_key(self) -> tuple[str, ...]:
        """By whose it is: ``loaddata`` may meet one that its own signals have just made."""
        return self.user.natural_key()

    natural_key.dependencies = ["auth.user"]  # type: ignore[attr-defined]


class CodeAppManager(DeviceManager):
    """Apps without their key, which is decrypted where a code is checked and nowhere else.

    So one that belongs to no key of ours can be counted and taken away all the same.
    """

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("key")


class CodeApp(Device):
    """An app on somebody's telephone: six digits, others every half minute (RFC 6238).

    django-otp's own keeps the key as it is, so that who reads the database makes codes, and makes
    the owner wait for what others do elsewhere; kinekracht.staff.codes counts instead.
    """

    STEPS_OFF = 1  # half a minute, that a telephone's clock may be wrong

    key = EncryptedTextField(default=random_hex)  # in hexadecimal
    last_t = models.BigIntegerField(default=-1)  # the step of the last code: none works twice

    objects = CodeAppManager()

    class Meta:
        verbose_name, verbose_name_plural = "app voor codes", "apps voor codes"
        default_permissions = ()
        base_manager_name = "objects"

    def accept(self, token: str) -> bool:
        """Whether the app shows the code ``token`` now; then it is its last one. Not saved.

        WrongKey if its key can't be read.
        """
        totp = TOTP(unhexlify(self.key))
        totp.time = time.time()
        is_right = token.isdecimal() and totp.verify(int(token), self.STEPS_OFF, self.last_t + 1)
        if is_right:
            self.last_t = totp.t()
        return is_right

    def verify_token(self, token: str) -> bool:
        """What django-otp asks: ``accept``, and remember it."""
        is_right = self.accept(token)
        if is_right:
            self.save(update_fields=["last_t"])
        return is_right
