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


class LoggedOut(Event):
    kind: ClassVar[str] = "user.logged_out"
    user_id: int
    session_id: str
    reason: str

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"

    @property
    def topics(self) -> tuple[str, ...]:
        return ()
