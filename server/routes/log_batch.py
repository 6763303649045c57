"""/api/log/user/events: many events at once, each taken or refused by itself."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, PlainValidator, ValidationError
from starlette.requests import Request
from starlette.routing import Route

from domain import kernel, log
from domain.kernel import IdempotencyKey
from server.auth import Caller
from server.endpoint import endpoint
from server.errors import Unacceptable
from server.language import speaking, worded
from server.rate_limit import LOG_BATCH
from server.routes.log_views import EventIn, author_of, event_id_of, event_id_under
from server.routes.views import Body
from server.state import State

EVENTS_MAX: Final = 500


class BatchEvent(EventIn):
    """One of many; its id, if it has one, is the client's own and makes a repeat harmless."""

    event_id: str | None = Field(None, min_length=1, max_length=200)


class Sent:
    """One event as it came, read by itself so that it spoils no other."""

    def __init__(self, raw: object) -> None:
        self.raw = raw

    @property
    def event_id(self) -> str | None:
        """Return what its sender calls it, if that can be read."""
        own = self.raw.get("event_id") if isinstance(self.raw, dict) else None
        return own if isinstance(own, str) else None


class Batch(Body):
    """Events of one client, in the order they happened."""

    events: list[Annotated[Sent, PlainValidator(Sent, json_schema_input_type=BatchEvent)]] = Field(
        min_length=1, max_length=EVENTS_MAX
    )


class Outcome(BaseModel):
    """What became of one event; ``code`` and ``detail`` say why it was not taken."""

    index: int
    event_id: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    code: str | None = None
    detail: str | None = None

    def reject(self, code: str, detail: str) -> None:
        """Say that the event was not taken, and why."""
        self.status, self.code, self.detail = "rejected", code, detail


class BatchOut(BaseModel):
    """What became of each event, in the order they were sent."""

    accepted: int
    duplicates: int
    rejected: int
    results: list[Outcome]


@endpoint(errors=(503,), auth="optional", tags=("log",), idempotent=True, limit=LOG_BATCH)
async def write_events(
    request: Request[State], *, body: Batch, caller: Caller | None, key: IdempotencyKey | None
) -> BatchOut:
    """Write up to 500 events of the caller's, or of a stranger's (user 0), each by itself.

    An ``event_id`` of the client's own makes sending the event again harmless; so does an
    Idempotency-Key for the whole batch. Accepted means committed.
    """
    now, language = request.state["clock"](), speaking(request)
    outcomes: list[Outcome] = []
    taken: dict[str, tuple[Outcome, log.Entry]] = {}
    for index, sent in enumerate(body.events):
        outcome = Outcome(index=index, event_id=sent.event_id, status="duplicate")
        outcomes.append(outcome)
        try:
            event = BatchEvent.model_validate(sent.raw)
            own = event.event_id
            event_id = event_id_of(caller, own) if own else event_id_under(key, str(index))
            entry = event.entry(author_of(caller, event.user_id), event_id=event_id, at=now)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            refusal = Unacceptable.fields([{**one, "loc": ["event", *one["loc"]]} for one in found])
            outcome.reject(refusal.code, refusal.worded(language))
        except kernel.DomainError as error:
            outcome.reject(error.code, worded(error, language))
        else:
            taken.setdefault(event_id, (outcome, entry))
    async with request.state["analytics"].sessions.begin() as session:
        fresh = await log.write(session, [entry for _, entry in taken.values()])
    for event_id in fresh:
        taken[event_id][0].status = "accepted"
    return _counted(outcomes)


def _counted(outcomes: list[Outcome]) -> BatchOut:
    statuses = [outcome.status for outcome in outcomes]
    return BatchOut(
        accepted=statuses.count("accepted"),
        duplicates=statuses.count("duplicate"),
        rejected=statuses.count("rejected"),
        results=outcomes,
    )


routes = [Route("/api/log/user/events", write_events, methods=["POST"])]
