"""Choosing a password, for oneself or for a colleague.

It takes half a second to look at one, in which the account may change. So the password alone is
written, and one's own only in a session that hasn't ended meanwhile.
"""

from collections.abc import Collection
from typing import Any

from django.contrib.admin.forms import AdminPasswordChangeForm as DjangosOwnForm
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from kinekracht.staff import stamps

WRONG = "password_incorrect"  # an error that counts as a failed login


class OwnPasswordForm(DjangosOwnForm):
    """For who says the password of now."""

    def clean_old_password(self) -> str:
        old: str = self.cleaned_data["old_password"]
        # User.check_password may write a stronger hash: of a password that has gone meanwhile.
        if not check_password(old, self.user.password):
            raise ValidationError(self.error_messages[WRONG], WRONG)
        return old


class ColleaguePasswordForm(AdminPasswordChangeForm):
    """Django's, that writes nothing but the password."""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit=False)
        if commit:
            user.save(update_fields=["password"])
        return user


def choose_own(user: User, password: str) -> bool:
    """Give ``user``, as loaded for their request, another password; all other sessions end.

    False, and nothing is done, if the session of that request has ended by now.
    """
    user.set_password(password)  # before the lock: it takes long
    with transaction.atomic():
        is_valid = stamps.holds(user) and User.objects.filter(pk=user.pk, is_active=True).exists()
        if is_valid:
            user.save(update_fields=["password"])
    return is_valid


def is_stronger_hash(user: User, update_fields: Collection[str] | None) -> bool:
    """Whether what is being saved is the same password in a stronger hash, as a login may do.

    Django then forgets the password before it saves, so as not to take it for another one.
    """
    is_alone = update_fields is not None and set(update_fields) == {"password"}
    said: Any = user._password  # type: ignore[attr-defined]  # noqa: SLF001  no other sign of it
    return is_alone and said is None and user.has_usable_password()
