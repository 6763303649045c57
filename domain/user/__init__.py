"""Users: who you are, and how you prove it."""

from domain.user.accounts import appoint, find, get, settings, sign_up, wishing_notifications
from domain.user.credentials import Email, read_email, read_new_password, read_username
from domain.user.errors import (
    EmailInvalid,
    EmailTaken,
    LoginRefused,
    PasswordTooLong,
    PasswordTooShort,
    RefreshRefused,
    SessionEnded,
    TokenExpired,
    TokenMalformed,
    TokenUserInvalid,
    TokenWithoutUser,
    UsernameInvalid,
    UserNotFound,
)
from domain.user.events import LoggedOut, SignedUp
from domain.user.models import User, UserSession, UserSettings
from domain.user.passwords import Passwords
from domain.user.roles import Role
from domain.user.schemas import SessionView, UserView
from domain.user.sessions import (
    Breach,
    Device,
    Grant,
    end_all_sessions,
    end_session,
    ended_since,
    forget_sessions,
    is_over,
    open_session,
    open_sessions,
    refresh,
)
from domain.user.tokens import AccessTokens, Claims, RefreshTokens, SessionRules

__all__ = [
    "AccessTokens",
    "Breach",
    "Claims",
    "Device",
    "Email",
    "EmailInvalid",
    "EmailTaken",
    "Grant",
    "LoggedOut",
    "LoginRefused",
    "PasswordTooLong",
    "PasswordTooShort",
    "Passwords",
    "RefreshRefused",
    "RefreshTokens",
    "Role",
    "SessionEnded",
    "SessionRules",
    "SessionView",
    "SignedUp",
    "TokenExpired",
    "TokenMalformed",
    "TokenUserInvalid",
    "TokenWithoutUser",
    "User",
    "UserNotFound",
    "UserSession",
    "UserSettings",
    "UserView",
    "UsernameInvalid",
    "appoint",
    "end_all_sessions",
    "end_session",
    "ended_since",
    "find",
    "forget_sessions",
    "get",
    "is_over",
    "open_session",
    "open_sessions",
    "read_email",
    "read_new_password",
    "read_username",
    "refresh",
    "settings",
    "sign_up",
    "wishing_notifications",
]
