"""How Django finds who a session belongs to."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User


class StampedBackend(ModelBackend):
    """Django's, which takes along in the same query the stamp that the session must carry."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("stamp").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
