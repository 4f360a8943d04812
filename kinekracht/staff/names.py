"""Names to log in with that can't be taken for somebody else's."""

import unicodedata

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError


def refuse_two_scripts(name: str) -> None:
    """ValidationError if ``name`` has letters of two scripts, as "bеheer" with a Cyrillic е has."""
    scripts = {script_of(letter) for letter in unicodedata.normalize("NFKC", name)} - {""}
    if len(scripts) > 1:
        raise ValidationError(
            "Deze naam heeft letters uit verschillende schriften, die je niet van elkaar kunt "
            "onderscheiden. Typ de naam opnieuw, met gewone letters.",
            "two_scripts",
        )


def script_of(letter: str) -> str:
    """The script of a letter, such as LATIN; nothing for what is no letter."""
    is_letter = unicodedata.category(letter).startswith("L")
    return unicodedata.name(letter, "UNKNOWN").split()[0] if is_letter else ""


def folded(name: str) -> str:
    """``name`` as it is compared: however it is written, it is the same name."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def is_taken(name: str, *, by_other_than: User) -> bool:
    """Whether somebody else's name is the same, or can't be told from it."""
    others = User.objects.exclude(pk=by_other_than.pk).values_list("username", flat=True)
    return folded(name) in map(folded, others)


def guard_names() -> None:
    """Have every check of a user's name look at its script too: forms and createsuperuser.

    Django's own model can't be given a validator otherwise. Its migrations don't see this one, as
    it is added to what a field checks and not to how it was declared.
    """
    User._meta.get_field("username").validators.append(refuse_two_scripts)
