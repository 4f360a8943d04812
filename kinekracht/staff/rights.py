"""Notes each change of what somebody may, however it is made: a form, an action, a command.

The signals come within the transaction of the change, so there is none without its line. What was
there before is read from the database, not from what a form was given.

A fixture that is loaded (``raw``) brings its own lines along, and changes nothing that anybody had.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save
from django.dispatch import receiver

from kinekracht.models import Practice, Practitioner
from kinekracht.staff.actor import acting_name
from kinekracht.staff.passwords import is_stronger_hash
from kinekracht.staff.rights_log import RightsChange, record

What = RightsChange.What

# What a row of a user says of what they may, and of where they are told about it.
FIELDS = {
    "username": What.NAME,
    "email": What.EMAIL,
    "is_active": What.ACTIVE,
    "is_staff": What.STAFF,
    "is_superuser": What.SUPERUSER,
    "password": What.PASSWORD,
}
# The lists of rights, by the table they stand in: of whom, the field, what it is.
LISTS: dict[Any, tuple[type[User | Group], str, RightsChange.What]] = {
    User.groups.through: (User, "groups", What.GROUPS),
    User.user_permissions.through: (User, "user_permissions", What.PERMISSIONS),
    Group.permissions.through: (Group, "permissions", What.GROUP_RIGHTS),
}


# Accounts


def row_of(user: User) -> dict[str, Any] | None:
    """What the database says of ``user``; None if there is no such account yet."""
    row: dict[str, Any] | None = User.objects.filter(pk=user.pk).values(*FIELDS).first()
    return row


@receiver(pre_save, sender=User)
def look_at_account(instance: Any, update_fields: Any = None, **_kwargs: Any) -> None:
    """Keep what an account was before it is saved."""
    touched = touches_rights(instance, update_fields)
    instance.row_before = row_of(instance) if touched else None


@receiver(post_save, sender=User)
def note_account(instance: Any, created: bool, raw: bool, **_kwargs: Any) -> None:
    """Note what has become of an account."""
    if raw:
        return
    if created:
        rights = What.SUPERUSER.label if instance.is_superuser else ""
        record(What.MADE, instance.username, after=rights, concerning=[instance.email])
    elif before := instance.row_before:
        after = row_of(instance) or before
        for name, what in FIELDS.items():
            if before[name] != after[name]:
                note_field(what, before, after, name)


def touches_rights(user: User, update_fields: Any) -> bool:
    """Whether a save of ``update_fields``, or of all if that is None, may change rights.

    A login saves when it was, and may save a stronger hash of the same password: each alone.
    """
    if is_stronger_hash(user, update_fields):
        return False
    return update_fields is None or bool(FIELDS.keys() & set(update_fields))


def note_field(
    what: RightsChange.What, before: dict[str, Any], after: dict[str, Any], name: str
) -> None:
    """Note that one field of an account changed; who chooses their own password does it unnoted."""
    about, concerning = after["username"], [before["email"], after["email"]]
    if what != What.PASSWORD:
        record(what, about, said(before[name]), said(after[name]), concerning=concerning)
    elif acting_name() != about:
        record(what, about, concerning=concerning)


def said(value: str | bool) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return value


@receiver(pre_delete, sender=User)
def note_deleted_account(instance: User, **_kwargs: Any) -> None:
    """Note what an account could do that is about to go, and the therapist it belonged to."""
    could = [*names_in(instance, "groups"), *names_in(instance, "user_permissions")]
    could += [str(What.SUPERUSER.label)] if instance.is_superuser else []
    email = [instance.email]
    record(What.DELETED, instance.username, ", ".join(could), concerning=email)
    for therapist in Practitioner.objects.filter(user=instance):
        record(What.THERAPIST, therapist.name, instance.username, concerning=email)


def note_second_step_taken(user: User) -> None:
    """Note that the app and the codes of ``user`` were taken away, by somebody else."""
    record(What.SECOND_STEP, user.username, concerning=[user.email])


def note_sessions_ended(user: User) -> None:
    """Note that ``user`` was logged out everywhere, by somebody else."""
    record(What.SESSIONS, user.username, concerning=[user.email])


# Lists of rights


def note_list(sender: Any, instance: Any, action: str, pk_set: Any, **_kwargs: Any) -> None:
    """Note what changed in the list of rights of each user or group it touches."""
    owner, field, what = LISTS[sender]
    if action.startswith("pre_"):
        touched = touched_by(owner, field, instance, pk_set)
        instance.lists_before = {each: names_in(each, field) for each in touched}
        return
    for each, before in instance.lists_before.items():
        note_list_of(each, what, before, names_in(each, field))


for through in LISTS:
    m2m_changed.connect(note_list, sender=through)


def touched_by(owner: type[User | Group], field: str, instance: Any, pk_set: Any) -> Iterable[Any]:
    """The users or groups whose list changes, whichever side it is changed from."""
    if isinstance(instance, owner):
        return [instance]
    chosen = {field: instance} if pk_set is None else {"pk__in": pk_set}
    return owner._default_manager.filter(**chosen).order_by("pk")


def names_in(owner: User | Group, field: str) -> list[str]:
    """What stands in a list, by name."""
    rows = getattr(owner, field).all()
    if rows.model is Permission:
        pairs = rows.values_list("content_type__app_label", "codename")
        return sorted(f"{label}.{codename}" for label, codename in pairs)
    return sorted(rows.values_list("name", flat=True))


def note_list_of(
    owner: User | Group, what: RightsChange.What, before: list[str], after: list[str]
) -> None:
    """Note a changed list: of groups as it was and is, of permissions only what differs."""
    if before == after:
        return
    if what != What.GROUPS:
        before, after = (
            [name for name in before if name not in after],
            [name for name in after if name not in before],
        )
    record(
        what,
        str(owner),
        ", ".join(before),
        ", ".join(after),
        concerning=[owner.email] if isinstance(owner, User) else addresses_in(owner),
    )


# Groups


def addresses_in(group: Group) -> list[str]:
    """The addresses of who belongs to ``group``."""
    return list(group.user_set.values_list("email", flat=True))


@receiver(pre_save, sender=Group)
def look_at_group(instance: Any, **_kwargs: Any) -> None:
    """Keep what a group was called."""
    names = Group.objects.filter(pk=instance.pk).values_list("name", flat=True)
    instance.name_before = names.first()


@receiver(post_save, sender=Group)
def note_group(instance: Any, created: bool, raw: bool, **_kwargs: Any) -> None:
    """Note a new group, and a new name: rights go by names."""
    if raw:
        return
    if created:
        record(What.GROUP_MADE, instance.name, concerning=[])
    elif instance.name_before != instance.name:
        names = instance.name_before, instance.name
        record(What.GROUP_NAME, instance.name, *names, concerning=addresses_in(instance))


@receiver(pre_delete, sender=Group)
def note_deleted_group(instance: Group, **_kwargs: Any) -> None:
    """Note that a group goes, and what that takes from who is in it."""
    could = ", ".join(names_in(instance, "permissions"))
    record(What.GROUP_DELETED, instance.name, could, concerning=addresses_in(instance))
    for user in instance.user_set.all():
        before = names_in(user, "groups")
        note_list_of(user, What.GROUPS, before, [name for name in before if name != instance.name])


# The practice


@receiver(pre_save, sender=Practice)
def note_who_hears_of_requests(instance: Practice, raw: bool, **_kwargs: Any) -> None:
    """Note another address for mails about requests: they hold initials and moments."""
    practice = Practice.objects.filter(pk=instance.pk).first()
    if raw or practice is None:
        return
    before, after = practice.hears_of_requests, instance.hears_of_requests
    if before != after:
        record(What.REQUESTS_TO, instance.name, before, after, concerning=[before, after])


# Therapists


def account_of(therapist: Practitioner) -> User | None:
    """The account that the database gives ``therapist``."""
    return User.objects.filter(practitioner=therapist.pk).first() if therapist.pk else None


@receiver([pre_save, pre_delete], sender=Practitioner)
def look_at_therapist(instance: Any, signal: Any, **_kwargs: Any) -> None:
    """Keep whose account a therapist had; if it is deleted, note that it has none any more."""
    instance.account_before = account_of(instance)
    if signal is pre_delete:
        note_therapist_account(instance, instance.account_before, None)


@receiver(post_save, sender=Practitioner)
def note_therapist(instance: Any, raw: bool, **_kwargs: Any) -> None:
    """Note who sees the appointments of a therapist from now on, and may read their complaints."""
    if not raw:
        note_therapist_account(instance, instance.account_before, account_of(instance))


def note_therapist_account(
    therapist: Practitioner, before: User | None, after: User | None
) -> None:
    """Note the account that a therapist had and has, if it isn't the same."""
    if before != after:
        names = [account.username if account else "" for account in (before, after)]
        addresses = [account.email for account in (before, after) if account]
        record(What.THERAPIST, therapist.name, *names, concerning=addresses)
