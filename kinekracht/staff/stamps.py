"""What ends every session of somebody at once, wherever it was changed.

Django keeps a hash of the password in each session, compares it with every request, and renews it
for who changes their own. Here a stamp goes into that hash too: with another stamp, a session is
nobody's. It changes with the account, its rights and its second step, by signals, so that a
command and ``loaddata`` do what the admin does. What sends no signals (``QuerySet.update``, SQL)
calls ``renew``.
"""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group, User
from django.db.models.signals import m2m_changed, pre_delete, pre_save
from django.dispatch import receiver
from django.utils.crypto import salted_hmac

from kinekracht.models import Practitioner
from kinekracht.staff.models import CodeApp, Stamp, new_stamp

ACCOUNT = ("password", "is_active", "is_staff", "is_superuser")
Fields = set[str] | frozenset[str] | None


def session_hash(user: User) -> str:
    """What a session of ``user`` must hold; in the place of ``User.get_session_auth_hash``."""
    password = AbstractBaseUser.get_session_auth_hash(user)
    said = f"{password} {stamp_of(user).value}"
    return salted_hmac("kinekracht.staff.stamps", said, algorithm="sha256").hexdigest()


def stamp_of(user: User) -> Stamp:
    """The stamp that ``user`` was loaded with; who never logged in gets one."""
    try:
        return user.stamp
    except Stamp.DoesNotExist:
        return Stamp.objects.get_or_create(user=user)[0]


def renew(user: User) -> None:
    """End all sessions of ``user``. Only what is done with this very object may begin another."""
    user.stamp, _ = Stamp.objects.update_or_create(user=user, defaults={"value": new_stamp()})


def renew_all(ids: Any) -> None:
    """End all sessions of the users with these ids."""
    for user in User.objects.filter(pk__in=ids).order_by("pk"):  # or two could wait for each other
        renew(user)


def holds(user: User) -> bool:
    """Whether ``user`` still has the stamp it was loaded with; and it stays so.

    Until the transaction ends, that is: who would end the sessions meanwhile has to wait.
    """
    same = Stamp.objects.filter(user=user, value=stamp_of(user).value)
    return same.select_for_update().first() is not None


@receiver(pre_save, sender=User)
def follow_account(instance: User, update_fields: Fields, **_: Any) -> None:
    """End the sessions of an account whose password or standing changes.

    Before it is saved: a process that is killed in between has ended too much, not too little.
    """
    names = [name for name in ACCOUNT if update_fields is None or name in update_fields]
    before = User.objects.filter(pk=instance.pk).values(*names).first() if names else None
    if before and any(getattr(instance, name) != value for name, value in before.items()):
        renew(instance)


@receiver(m2m_changed, sender=User.groups.through)
@receiver(m2m_changed, sender=User.user_permissions.through)
def follow_rights(instance: Any, action: str, pk_set: set[int] | None, **_: Any) -> None:
    """End the sessions of who gets or loses a group or a permission, from whichever side."""
    if action not in {"post_add", "post_remove", "pre_clear"}:
        return
    if isinstance(instance, User):
        if pk_set or action == "pre_clear":
            renew(instance)
    else:
        renew_all(instance.user_set.values("pk") if pk_set is None else pk_set)


@receiver(pre_delete, sender=Group)
def follow_deleted_group(instance: Group, **_: Any) -> None:
    """End the sessions of who is in a group that goes: its rows send no signal of their own."""
    renew_all(instance.user_set.values("pk"))


@receiver(pre_save, sender=Practitioner)
def follow_practitioner(instance: Practitioner, update_fields: Fields, **_: Any) -> None:
    """End the sessions of who gets or loses the account of a therapist, and so what they read."""
    if update_fields is not None and not {"user", "user_id"} & set(update_fields):
        return
    before = Practitioner.objects.filter(pk=instance.pk).values_list("user", flat=True).first()
    if before != instance.user_id:
        renew_all({before, instance.user_id} - {None})


@receiver(pre_delete, sender=Practitioner)
def follow_deleted_practitioner(instance: Practitioner, **_: Any) -> None:
    """End the sessions of a therapist who is deleted, as the account stays."""
    renew_all([instance.user_id])


@receiver(pre_delete, sender=CodeApp)
def follow_second_step(instance: CodeApp, **_: Any) -> None:
    """End the sessions of whose app goes: half-way in, they could set up another one."""
    renew_all([instance.user_id])
