"""Accounts and the sessions people keep with us."""

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel import Base, BigId
from domain.user.events import LoggedOut, Reinstated, SignedUp, Suspended
from domain.user.roles import Role
from domain.user.schemas import UserView
from domain.user.tokens import SessionRules

# An address differs from another when its letters do; MariaDB's collation would fold accents.
EXACT: Final = String(255).with_variant(String(255, collation="utf8mb4_bin"), "mysql", "mariadb")


class User(Base):
    __tablename__ = "users"

    user_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(String(255))
    email_key: Mapped[str] = mapped_column(EXACT, unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    username: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20), default=Role.USER.value)
    created_at: Mapped[datetime]
    suspended_at: Mapped[datetime | None]

    def signed_up(self, *, at: datetime) -> SignedUp:
        """Return the fact that there is one more of us."""
        return SignedUp(at=at, user=UserView.model_validate(self))

    def suspend(self, *, at: datetime) -> Suspended:
        """Shut the account and return the fact."""
        assert self.suspended_at is None, "an account is suspended once at a time"
        self.suspended_at = at
        return Suspended(at=at, user_id=self.user_id)

    def reinstate(self, *, at: datetime) -> Reinstated:
        """Open the account again and return the fact."""
        assert self.suspended_at is not None, "only a suspended account is reinstated"
        self.suspended_at = None
        return Reinstated(at=at, user_id=self.user_id)


class UserSettings(Base):
    __tablename__ = "user_settings"

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True
    )
    receive_notification: Mapped[bool] = mapped_column(default=True)


class UserSession(Base):
    """One login on one device: the family that its refresh tokens belong to."""

    __tablename__ = "user_sessions"
    __table_args__ = (
        Index(None, "user_id", "revoked_at"),
        Index(None, "revoked_at"),
        Index(None, "expires_at"),
    )

    session_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.user_id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(String(255))
    address: Mapped[str] = mapped_column(String(45))

    def is_over(self, at: datetime) -> bool:
        """Tell whether the session was ended or has run out."""
        return self.revoked_at is not None or self.expires_at <= at

    def seen(self, at: datetime, *, rules: SessionRules) -> None:
        """Slide the end of the session along, up to its absolute end."""
        self.last_seen_at = at
        self.expires_at = min(at + rules.idle, self.created_at + rules.lasting)

    def end(self, *, at: datetime, reason: str) -> LoggedOut:
        """End the session for good and return the fact."""
        assert self.revoked_at is None, "a session ends once"
        self.revoked_at = at
        return LoggedOut(at=at, user_id=self.user_id, session_id=self.session_id, reason=reason)


class RefreshToken(Base):
    """A refresh token's digest; of a family, one at most is not consumed."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index(None, "session_id"), Index(None, "expires_at"))

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[str] = mapped_column(
        String(36), ForeignKey("user_sessions.session_id", ondelete="CASCADE")
    )
    expires_at: Mapped[datetime]
    consumed_at: Mapped[datetime | None]
