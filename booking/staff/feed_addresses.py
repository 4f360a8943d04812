"""A calendar subscription follows the account of its therapist: who leaves doesn't read on.

The address is what opens it, in a calendar program that knows no account. So it changes when the
account is another one, may no longer log in, or goes.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db.models.signals import pre_delete, pre_save
from django.dispatch import receiver

from booking.models import CalendarFeed
from kinekracht.models import Practitioner


@receiver(pre_save, sender=Practitioner)
def follow_account(instance: Practitioner, **_: Any) -> None:
    """Change the address when an account is taken from a therapist, or makes way for another."""
    before = Practitioner.objects.filter(pk=instance.pk).values_list("user", flat=True).first()
    if before not in {None, instance.user_id}:
        change_addresses(CalendarFeed.objects.filter(practitioner=instance))


@receiver(pre_save, sender=User)
def follow_deactivation(instance: User, **_: Any) -> None:
    """Change it when the account may no longer log in."""
    was_active = User.objects.filter(pk=instance.pk, is_active=True).exists()
    if was_active and not instance.is_active:
        follow_deletion(instance)


@receiver(pre_delete, sender=User)
def follow_deletion(instance: User, **_: Any) -> None:
    """Change it when the account goes."""
    change_addresses(CalendarFeed.objects.filter(practitioner__user=instance))


def change_addresses(feeds: Any) -> None:
    """Give subscriptions another address; the desk finds it in the admin."""
    for feed in feeds:
        feed.change_address()
        feed.save(update_fields=["uid", "old_key"])
