"""What can happen to an account; told to the log, not to any channel."""

from typing import ClassVar

from domain.kernel import Event
from domain.user.schemas import UserView


class SignedUp(Event):
    kind: ClassVar[str] = "user.signed_up"
    user: UserView

    @property
    def subject(self) -> str:
        return f"user/{self.user.user_id}"

    @property
    def topics(self) -> tuple[str, ...]:
        return ()


class _AccountEvent(Event):
    user_id: int

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"

    @property
    def topics(self) -> tuple[str, ...]:
        return ()


class Suspended(_AccountEvent):
    """The account was shut; its sessions ended with it."""

    kind: ClassVar[str] = "user.suspended"


class Reinstated(_AccountEvent):
    """The account may be logged in to again."""

    kind: ClassVar[str] = "user.reinstated"


class LoggedOut(_AccountEvent):
    kind: ClassVar[str] = "user.logged_out"
    session_id: str
    reason: str
