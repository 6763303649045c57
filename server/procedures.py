"""What clients may have done over their connection (rpc), by the same rules as over REST."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from channels.credentials import Credentials
from channels.rpc import Procedure, Procedures
from domain import notification, payment
from domain.kernel import Clock, Database, Invalid, OrderId, Session, UserId
from server.auth import NotAuthenticated
from server.routes.views import Id

EMPTY: Final = b"{}"

PaymentId = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")]


class CallInvalid(Invalid):
    """A call's data is not what its procedure takes."""

    code = "validation_failed"


class Call(BaseModel):
    """A call's data; what it does not know, it does not take."""

    model_config = ConfigDict(extra="forbid")


class Acknowledgement(Call):
    """A payment by its order or by the provider's name of it, one of both."""

    order_id: Id | None = None
    payment_id: PaymentId | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.order_id is None) == (self.payment_id is None):
            raise ValueError("either order_id or payment_id")
        return self


class Reading(Call):
    notification_id: Id


class ReadingAll(Call):
    pass


class Asker(NamedTuple):
    """Who asks, and when."""

    user_id: UserId
    now: datetime


# Takes what its form was read as.
Act = Callable[[Session, Any, Asker], Awaitable[BaseModel]]


class AllRead(BaseModel):
    """``read`` is how many messages had not been read before."""

    read: int


async def _acknowledge(
    session: Session, wish: Acknowledgement, asker: Asker
) -> payment.PaymentView:
    """Note that the buyer has seen how a payment ended; again is harmless."""
    by, now = asker
    if wish.payment_id is not None:
        return await payment.acknowledge_named(session, wish.payment_id, by=by, now=now)
    assert wish.order_id is not None, "one of both is named"
    return await payment.acknowledge(session, OrderId(wish.order_id), by=by, now=now)


async def _read(session: Session, wish: Reading, asker: Asker) -> notification.NotificationView:
    """Note that the caller has read a message; again is harmless."""
    by, now = asker
    return await notification.mark_read(session, wish.notification_id, by=by, now=now)


async def _read_all(session: Session, wish: ReadingAll, asker: Asker) -> AllRead:
    """Note that the caller has read every message."""
    by, now = asker
    return AllRead(read=await notification.mark_all_read(session, by=by, now=now))


# Each procedure's name with what it takes and what does it.
CALLS: Final[Mapping[str, tuple[type[BaseModel], Act]]] = {
    "payment.acknowledge": (Acknowledgement, _acknowledge),
    "notification.read": (Reading, _read),
    "notification.read_all": (ReadingAll, _read_all),
}


def procedures(db: Database, clock: Clock) -> Procedures:
    """Return every procedure by its name.

    Each raises NotAuthenticated for a stranger, CallInvalid for data it does not take, and what
    its rule of the domain refuses with.
    """

    def procedure(form: type[BaseModel], act: Act) -> Procedure:
        async def do(who: Credentials, data: bytes) -> bytes:
            if who.user_id is None:
                raise NotAuthenticated
            wish = _understood(form, data)
            async with db.sessions.begin() as session:
                told = await act(session, wish, Asker(who.user_id, clock()))
            return told.model_dump_json().encode()

        return do

    return {name: procedure(form, act) for name, (form, act) in CALLS.items()}


def _understood(form: type[BaseModel], data: bytes) -> BaseModel:
    try:
        return form.model_validate_json(data or EMPTY)
    except ValidationError as error:
        raise CallInvalid from error
