"""How Belgians write things. Pure."""

from phonenumber_field.phonenumber import PhoneNumber

NO_BREAK_SPACE = "\xa0"


def belgian(number: PhoneNumber) -> str:
    """A telephone number as it is said and printed here: 056 / 94 11 58, on one line."""
    zone, _, rest = number.as_national.partition(" ")
    return f"{zone} / {rest}".replace(" ", NO_BREAK_SPACE) if rest else zone
