"""A page that moves leaves its old address working, for ever."""

from typing import Any

from django.conf import settings
from django.contrib.redirects.models import Redirect
from django.db import models


def redirect_permanently(old_path: str, new_path: str) -> None:
    """Answer ``old_path`` with a 301 to ``new_path``, and so every address that led to it.

    Both are absolute paths on this site. A redirect away from ``new_path`` itself is dropped,
    so that moving a page there and back makes no loop.
    """
    redirects = Redirect.objects.filter(site_id=settings.SITE_ID)
    redirects.filter(old_path=new_path).delete()
    redirects.filter(new_path=old_path).update(new_path=new_path)
    redirects.update_or_create(
        site_id=settings.SITE_ID, old_path=old_path, defaults={"new_path": new_path}
    )


def keep_old_address(sender: type[models.Model], instance: Any, **_: Any) -> None:
    """Signal receiver, before saving: leave a redirect where the slug changes.

    A signal and not the admin's save, because restoring an old version from the history
    writes straight to the table and must leave a redirect all the same.
    """
    if instance.pk is None:
        return
    before: Any = sender._default_manager.filter(pk=instance.pk).first()
    # The address of a draft is nobody's business, and nobody has it.
    if before is not None and before.slug != instance.slug and before.is_public:
        redirect_permanently(before.get_absolute_url(), instance.get_absolute_url())
