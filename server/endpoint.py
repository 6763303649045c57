"""The door every REST handler goes through: its annotated parameters are its contract.

    @endpoint(status=201, errors=(409,), auth="required", idempotent=True, tags=("order",))
    async def place(
        request: Request[State], *, body: NewOrder, caller: Caller, key: IdempotencyKey | None
    ) -> OrderOut:
        \"\"\"One line that becomes the summary.\"\"\"
        async with once(request, key) as work:
            placed = await order.place(work.session, ...)
            return work.answer(OrderOut.model_validate(placed))

    routes = [Route("/api/orders/{order_id}", place, methods=["POST"])]

Keyword parameters, all optional:

* ``body``: a pydantic model read from JSON (``X | None`` lets it be empty; ``form=True`` also
  takes the fields of a urlencoded form); ``query``: a pydantic model read from the query string
* ``caller``: ``Caller`` under ``auth="required"``, ``Caller | None`` under ``auth="optional"``
* ``key``: ``IdempotencyKey | None`` under ``idempotent=True``; hand it to ``once``
* any other name is a path parameter, read as its annotation (``order_id: OrderId``)

``role=user.Role.OPERATOR`` under ``auth="required"`` lets in operators and admins only; others are
refused before their request is read. ``limit`` names the policy of ``server.rate_limit`` by which
callers are counted; by default that of reads, or of writes.

The handler returns what its annotation says (a model, a list of them, ``None``) or any
``Response``; ``reply`` builds one with headers, and ``answers=Model`` then documents it. Whatever
breaks the contract is answered 400, 413, 415 or 422 before the handler runs.

``public_seconds`` says that a stranger's answer is everybody's: caches may keep it so long, and it
has an ETag. What is also the same for those who are signed in comes out of ``shared``.
"""

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar, cast, get_type_hints

from pydantic import BaseModel, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from domain import user
from domain.kernel import AlreadyDone, IdempotencyKey, IdempotencyRow, Session, begin_once
from server.admission import Auth, admit
from server.auth import Caller
from server.language import SPOKEN
from server.public import Packed, fresh
from server.rate_limit import STANDING, Policy
from server.reading import Reader
from server.state import State

Handler = Callable[..., Awaitable[Any]]

JSON: Final = "application/json"
GIVEN: Final = frozenset({"request", "caller", "key"})  # what no request can say
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
PRIVATE: Final = "no-store"  # unless an answer says that it is everybody's
REPLAYED: Final = "Idempotent-Replayed"

Out = TypeVar("Out", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a handler promises; the API's description is drawn from these."""

    name: str
    summary: str
    description: str
    tags: tuple[str, ...]
    status: int
    errors: tuple[int, ...]
    auth: Auth
    role: user.Role | None
    limit: Policy | None
    idempotent: bool
    reader: Reader
    hears_caller: bool
    answers: TypeAdapter[Any] | None
    public_seconds: int | None


class Endpoint(Protocol):
    """A handler behind its door, as a Starlette ``Route`` takes it."""

    __op__: Operation
    __name__: str

    def __call__(self, request: Request[State]) -> Awaitable[Response]:
        """Answer the request."""


def endpoint(  # noqa: PLR0913 (each is one clause of the contract)
    *,
    status: int = 200,
    errors: tuple[int, ...] = (),
    auth: Auth = "none",
    role: user.Role | None = None,
    limit: Policy | None = None,
    tags: tuple[str, ...] = (),
    idempotent: bool = False,
    form: bool = False,
    public_seconds: int | None = None,
    answers: Any = None,  # noqa: ANN401 (any type pydantic can describe)
) -> Callable[[Handler], Endpoint]:
    """Make a handler of typed parameters into one that Starlette can call."""
    assert role is None or auth == "required", "a role is a signed-in person's"

    def wrap(handler: Handler) -> Endpoint:
        hints = get_type_hints(handler, include_extras=True)
        returned, hears_caller = hints.pop("return", None), "caller" in hints
        asked = {name: kind for name, kind in hints.items() if name not in GIVEN}
        op = Operation(
            **_introduced(handler),
            tags=tags,
            status=status,
            errors=errors,
            auth=auth,
            role=role,
            limit=limit,
            idempotent=idempotent,
            reader=Reader(asked, form=form),
            hears_caller=hears_caller,
            answers=_describe(answers or returned),
            public_seconds=public_seconds,
        )
        return _door(handler, op)

    return wrap


def reply(
    view: BaseModel, *, status: int = 200, headers: Mapping[str, str] = NO_HEADERS
) -> Response:
    """Return the view as a JSON answer."""
    body = type(view).__pydantic_serializer__.to_json(view)
    return Response(body, status, headers=headers, media_type=JSON)


@dataclass(slots=True)
class Once:
    """One transaction of work that happens once for its idempotency key."""

    session: Session
    row: IdempotencyRow | None = None
    answered: bool = field(default=False, init=False)

    def answer(self, view: Out) -> Out:
        """Remember the answer, to commit with the work, and return it."""
        if self.row is not None:
            self.row.answer = view.model_dump(mode="json")
        self.answered = True
        return view


@asynccontextmanager
async def once(request: Request[State], key: IdempotencyKey | None) -> AsyncIterator[Once]:
    """Open the write transaction of a handler; a key seen before answers what it answered.

    The key commits with the work. Raises AlreadyDone, which the door turns into the first answer,
    and kernel.KeyReused.
    """
    state = request.state
    async with state["db"].sessions.begin() as session:
        row = await begin_once(session, key, now=state["clock"]()) if key else None
        work = Once(session, row)
        yield work
        assert work.answered or row is None, "the answer commits with the work"


def _introduced(handler: Handler) -> dict[str, str]:
    summary, _, description = (inspect.getdoc(handler) or "").partition("\n")
    return {
        "name": f"{handler.__module__.rpartition('.')[2]}_{handler.__name__}",
        "summary": summary,
        "description": description.strip(),
    }


def _door(handler: Handler, op: Operation) -> Endpoint:
    @functools.wraps(handler)
    async def answer(request: Request[State]) -> Response:
        caller = await admit(request, auth=op.auth, role=op.role, limit=op.limit)
        response = await _answer(request, handler, op=op, caller=caller)
        response.headers.setdefault("Cache-Control", PRIVATE)
        response.raw_headers.extend(request.scope.get(STANDING, ()))
        response.raw_headers.extend(request.scope.get(SPOKEN, ()))
        return response

    door = cast("Endpoint", answer)
    door.__op__ = op
    return door


async def _answer(
    request: Request[State], handler: Handler, *, op: Operation, caller: Caller | None
) -> Response:
    given = await op.reader.read(request)
    if op.hears_caller:
        given["caller"] = caller
    if op.idempotent:
        given["key"] = await op.reader.key(request, who=_who(request, caller))
    try:
        result = await handler(request, **given)
    except AlreadyDone as done:
        body = TypeAdapter(dict[str, Any]).dump_json(done.answer)
        return Response(body, op.status, headers={REPLAYED: "true"}, media_type=JSON)
    if isinstance(result, Response):
        return result
    body = b"" if op.answers is None else op.answers.dump_json(result)
    if op.public_seconds is not None and caller is None:
        return fresh(request, Packed.of(body), seconds=op.public_seconds)
    return Response(body, op.status, media_type=JSON if body else None)


def _who(request: Request[State], caller: Caller | None) -> str:
    if caller is not None:
        return str(caller.user_id)
    return request.client.host if request.client else "-"


def _describe(answers: Any) -> TypeAdapter[Any] | None:  # noqa: ANN401 (any type pydantic knows)
    if answers is None or answers is type(None):
        return None
    if isinstance(answers, type) and issubclass(answers, Response):
        return None
    return TypeAdapter(answers)
