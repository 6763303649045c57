"""What somebody may do beyond their own affairs."""

from enum import StrEnum
from typing import Self


class Role(StrEnum):
    USER = "user"
    OPERATOR = "operator"
    ADMIN = "admin"

    @classmethod
    def read(cls, value: object) -> Self:
        """Return the role of that name; an unknown one is nobody special."""
        return cls(value) if value in {role.value for role in cls} else cls(cls.USER)

    @property
    def is_staff(self) -> bool:
        """Tell whether other people's affairs are their job."""
        return self is not Role.USER
