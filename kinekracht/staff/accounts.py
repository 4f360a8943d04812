"""Who counts as staff, and what failed logins leave behind."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest

KEEP_ATTEMPTS = timedelta(days=1)


def is_verified_staff(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether ``user`` works here, and gave the password as well as a code in this session.

    A user that did not come through ``OTPMiddleware`` gave no code.
    """
    return bool(
        user.is_active
        and getattr(user, "is_staff", False)
        and getattr(user, "otp_device", None) is not None
    )


def staff_in(request: HttpRequest) -> User:
    """Who is logged in; the views are for staff."""
    assert isinstance(request.user, User)  # noqa: S101  said to mypy
    return request.user


def forget_attempts(now: datetime) -> int:
    """Delete the failed logins of more than a day before ``now``; how many there were."""
    old = AccessAttempt.objects.filter(attempt_time__lt=now - KEEP_ATTEMPTS)
    return int(old.delete()[0])
