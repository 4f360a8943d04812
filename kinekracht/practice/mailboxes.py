"""One mailbox, one spelling: what looks different and gets the same mail is stored the same."""

import unicodedata

REFUSED = (
    "In dit e-mailadres staat een teken waarmee we niet kunnen mailen. Typ het opnieuw, met gewone "
    "letters."
)


def one_spelling(address: str) -> str:
    """``address`` as mail goes to it; ValueError if it has no such form.

    Of a fullwidth letter, a Kelvin sign or a dot that is none, mail programs make an ordinary one,
    and of a domain in other letters its ASCII form. So do we. What they would leave out or replace
    by something else (a soft hyphen, a joiner, ß) is refused: nobody may get the mails of
    another domain than the one that was typed.

    Whether it is an address at all is not looked at.
    """
    plain = unicodedata.normalize("NFKC", address)
    if plain.isascii():
        return plain
    name, _, domain = plain.rpartition("@")
    if not name.isascii():
        raise ValueError(REFUSED)
    try:
        # The codec that Django mails with (django.utils.encoding.punycode).
        encoded = domain.encode("idna")
        read_back = encoded.decode("idna")
    except UnicodeError:
        raise ValueError(REFUSED) from None
    if read_back.lower() != domain.lower():
        raise ValueError(REFUSED)
    return f"{name}@{encoded.decode('ascii')}"
