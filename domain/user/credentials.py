"""What people type to say who they are, brought to one form before it is kept or compared.

Text is NFC, as in RFC 8265: the same Hangul typed on two keyboards must be the same password.
"""

from typing import Final, NamedTuple
from unicodedata import normalize

from email_validator import EmailNotValidError, validate_email

from domain.user.errors import EmailInvalid, PasswordTooLong, PasswordTooShort, UsernameInvalid

PASSWORD_LENGTH_MIN: Final = 8
PASSWORD_BYTES_MAX: Final = 72  # bcrypt reads no further
USERNAME_LENGTH_MAX: Final = 100
EMAIL_LENGTH_MAX: Final = 254  # RFC 5321


class Email(NamedTuple):
    """An address as its owner writes it, and the key under which it is unique."""

    address: str
    key: str


def read_email(text: str) -> Email:
    """Return the address in its normal form; no name server is asked. Raises EmailInvalid."""
    if len(text) > EMAIL_LENGTH_MAX:
        raise EmailInvalid
    try:
        found = validate_email(normalize("NFC", text.strip()), check_deliverability=False)
    except EmailNotValidError as error:
        raise EmailInvalid from error
    return Email(found.normalized, normalize("NFC", found.normalized.lower()))


def read_username(text: str) -> str:
    """Return the name people see. Raises UsernameInvalid."""
    name = normalize("NFC", text).strip()
    if not 0 < len(name) <= USERNAME_LENGTH_MAX or not name.isprintable():
        raise UsernameInvalid
    return name


def read_new_password(text: str) -> str:
    """Return the password as it is hashed. Raises PasswordTooShort, PasswordTooLong."""
    password = normalize("NFC", text)
    if len(password) < PASSWORD_LENGTH_MIN:
        raise PasswordTooShort
    if len(password.encode()) > PASSWORD_BYTES_MAX:
        raise PasswordTooLong
    return password


def read_password(text: str) -> str | None:
    """Return the password as it is compared; None when no account could have it."""
    password = normalize("NFC", text)
    return password if len(password.encode()) <= PASSWORD_BYTES_MAX else None
