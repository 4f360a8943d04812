"""How Belgians write things. Pure."""

from phonenumber_field.phonenumber import PhoneNumber


def belgian(number: PhoneNumber) -> str:
    """A telephone number as it is said and printed here: 056 / 94 11 58."""
    return str(number.as_national).replace(" ", " / ", 1)
