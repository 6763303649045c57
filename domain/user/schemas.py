"""What the outside may see of an account."""

from datetime import datetime

from pydantic import AwareDatetime

from domain.kernel import View


class UserView(View):
    """The public face of an account."""

    user_id: int
    email: str
    username: str
    created_at: AwareDatetime


class SessionView(View):
    """One of somebody's logins, as they may see it in a list."""

    session_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str
    address: str


class EndedSessions(View):
    """How many sessions are over, and of how many of them no token can be valid any more."""

    total: int
    expired: int

    @property
    def still_valid(self) -> int:
        """Return how many have tokens that only the deny list stops."""
        return self.total - self.expired
