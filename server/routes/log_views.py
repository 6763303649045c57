"""What the event log's doors take and answer, and under whose name and id it is kept."""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self
from uuid import uuid4

from pydantic import AfterValidator, BaseModel, Field, JsonValue
from pydantic_core import to_json

from domain import kernel, log, user
from domain.kernel import KST, IdempotencyKey, UserId
from server.auth import Caller, NotAuthenticated
from server.routes.views import Body, local

DATA_BYTES_MAX: Final = 16_384
ACTION_MAX: Final = 50  # with its prefix it fits its column
YEARS: Final = range(1970, 9000)  # what every zone and every database can say


def _aware(at: datetime) -> datetime:
    if at.year not in YEARS:
        raise ValueError("year out of range")
    return at if at.tzinfo else at.replace(tzinfo=KST)


def _bounded(data: dict[str, JsonValue] | None) -> dict[str, JsonValue] | None:
    if data is not None and len(to_json(data, inf_nan_mode="null")) > DATA_BYTES_MAX:
        raise ValueError(f"at most {DATA_BYTES_MAX} bytes")
    return data


# A moment without a zone is Seoul wall time, as in all that the earlier API told.
Moment = Annotated[datetime, AfterValidator(_aware)]
Data = Annotated[dict[str, JsonValue], AfterValidator(_bounded)]


class EventIn(Body):
    """An event as clients tell it; ``user_id`` 0 is a stranger, none is whoever sends it."""

    user_id: Annotated[int, Field(ge=-(2**62), le=2**62)] | None = None
    event_type: str = Field(max_length=50)
    event_data: Data | None = None
    http_method: str | None = Field(None, max_length=10)
    api_url: str | None = Field(None, max_length=2000)
    request_time: Moment | None = None
    response_time: Moment | None = None
    response_code: int | None = Field(None, ge=0, le=999)
    client_ip: str | None = Field(None, max_length=45)

    def entry(self, author: UserId | None, *, event_id: str, at: datetime) -> log.Entry:
        """Return what is written down. Raises log.EventTypeMissing."""
        if not self.event_type.strip():
            raise log.EventTypeMissing
        fields = self.model_dump(exclude={"user_id", "event_id", "event_data"})
        return log.Entry(
            **fields,
            user_id=author,
            event_id=event_id,
            event_data=self.event_data or {},
            created_at=at,
        )


class LogOut(BaseModel):
    """An event as it is kept, its moments in Seoul wall time."""

    user_id: int
    event_type: str
    event_data: dict[str, JsonValue]
    http_method: str | None
    api_url: str | None
    request_time: datetime | None
    response_time: datetime | None
    response_code: int | None
    client_ip: str | None
    log_id: int
    created_at: datetime

    @classmethod
    def of(cls, view: log.LogView) -> Self:
        """Return the entry as the earlier API told it."""
        fields = view.model_dump(include=set(cls.model_fields))
        moments = ("request_time", "response_time", "created_at")
        fields |= {name: local(fields[name]) for name in moments}
        return cls(**fields | {"user_id": view.user_id or 0})


class Activity(Body):
    """What somebody did on a page; the ``user_*`` fields are the token's to say."""

    action: str = Field(min_length=1, max_length=ACTION_MAX)
    path: str | None = Field(None, max_length=2000)
    label: str | None = Field(None, max_length=500)
    timestamp: str | None = Field(None, max_length=64)
    user_id: int | None = None
    user_email: str | None = Field(None, max_length=1000)
    user_username: str | None = Field(None, max_length=1000)
    extra_data: Data | None = None

    def data(self, *, timestamp: str) -> dict[str, Any]:
        """Return the event's data; ``extra_data`` overwrites nothing of it."""
        return {
            **(self.extra_data or {}),
            "action": self.action,
            "timestamp": self.timestamp or timestamp,
            "path": None if self.path is None else log.masked_url(self.path),
            "label": self.label,
        }


class ActivityOut(BaseModel):
    message: str
    user_id: int
    action: str
    path: str | None
    label: str | None
    timestamp: str
    logged: bool
    log_id: int | None
    error: str | None

    @classmethod
    def of(cls, activity: Activity, entry: log.Entry, *, message: str) -> Self:
        """Return what was written, or, of an entry without its number, what was not."""
        log_id = entry.log_id if isinstance(entry, log.LogView) else None
        return cls(
            message=message,
            user_id=entry.user_id or 0,
            action=activity.action,
            path=activity.path,
            label=activity.label,
            timestamp=str(entry.event_data["timestamp"]),
            logged=log_id is not None,
            log_id=log_id,
            error=None if log_id is not None else "log_unavailable",
        )


class Service(BaseModel):
    status: Literal["available"] = "available"
    service: Literal["log"] = "log"
    message: str
    endpoints: dict[str, str]


class ServiceHealth(BaseModel):
    status: Literal["healthy"] = "healthy"
    service: Literal["log"] = "log"
    message: str


def author_of(caller: Caller | None, claimed: int | None) -> UserId | None:
    """Return under whose name an event goes; None is a stranger's.

    Raises log.AuthorInvalid, NotAuthenticated, kernel.Forbidden.
    """
    if claimed is None:
        return caller.user_id if caller else None
    if claimed < 0:
        raise log.AuthorInvalid
    if claimed == 0:
        return None
    if caller is None:
        raise NotAuthenticated
    if claimed != caller.user_id and caller.role is not user.Role.ADMIN:
        raise kernel.Forbidden
    return UserId(claimed)


def event_id_of(caller: Caller | None, own: str) -> str:
    """Return the id of an event that its sender calls so.

    Hashed with who they are: nobody takes the id that another's event, or a fact, will have.
    """
    return _digest("-" if caller is None else str(caller.user_id), own)


def event_id_under(key: IdempotencyKey | None, *place: str) -> str:
    """Return the id of what was sent under an Idempotency-Key, else a new one."""
    return uuid4().hex if key is None else _digest(key.scope, key.key, *place)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()
