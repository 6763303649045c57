"""An operation where it is served, and what follows from its contract."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from starlette.routing import BaseRoute, Route

from domain import kernel
from server.endpoint import Endpoint, Operation
from server.openapi.curated import SELF_SUFFICIENT, SIGNED
from server.openapi.refusals import Refusal, globals_used, refusals
from server.openapi.schemas import Key, Wanted
from server.rate_limit import UNLIMITED

# Whatever it does, an operation may be asked wrongly and may fail.
ALWAYS: Final = frozenset({405, 500})
USUAL: Final = ALWAYS | {413, 415, 422, 429, 503}


@dataclass(frozen=True, slots=True)
class Served:
    """An operation at one of the places where it is served."""

    operation_id: str
    method: str
    path: str
    endpoint: Endpoint

    @property
    def op(self) -> Operation:
        """Return its contract."""
        return self.endpoint.__op__

    @property
    def body(self) -> TypeAdapter[Any] | None:
        """Return what reads its body, also where the handler reads a signed one by itself."""
        return SIGNED.get(self.op.name, self.op.reader.body)

    @property
    def is_signed(self) -> bool:
        """Tell whether the body is read as it came, because it is signed so."""
        return self.op.name in SIGNED

    @property
    def is_public(self) -> bool:
        """Tell whether caches may keep a stranger's answer."""
        return self.op.public_seconds is not None or "shared" in globals_used(self.endpoint)

    @property
    def is_limited(self) -> bool:
        """Tell whether its callers are counted."""
        return self.op.limit is not UNLIMITED

    def key(self, *part: str) -> Key:
        """Return the name of one of its schemas."""
        return (self.operation_id, *part)

    def wanted(self) -> Iterator[Wanted]:
        """Yield the schemas that its description needs."""
        reader = self.op.reader
        if self.body is not None:
            yield self.key("body"), "validation", self.body
        if reader.query is not None:
            yield self.key("query"), "validation", reader.query
        for part, adapter in reader.path.items():
            yield self.key("path", part), "validation", adapter
        if self.op.answers is not None:
            yield self.key("answers"), "serialization", self.op.answers

    def refused(self) -> list[int]:
        """Return every status that it refuses with, or fails with."""
        op, found = self.op, ALWAYS | set(self.op.errors)
        takes_something = op.reader.path or op.reader.query or op.idempotent or op.reader.body
        found |= {401} if op.auth == "required" else set()
        found |= {403} if op.role is not None else set()
        found |= {400, 413} if self.body is not None else set()
        found |= {415} if op.reader.body is not None else set()
        found |= {422} if takes_something else set()
        found |= {429} if self.is_limited else set()
        found |= {503} if op.name not in SELF_SUFFICIENT else set()
        return sorted(found)

    def is_usual(self, status: int) -> bool:
        """Tell whether it may refuse as any operation of its kind does, whatever its code says."""
        match status:
            case 400:
                return self.op.reader.body is not None
            case 401:
                return self.op.auth == "required"
            case _:
                return status in USUAL

    def refusals(self) -> tuple[Refusal, ...]:
        """Return the refusals that its code may give."""
        by_contract: list[Refusal] = []
        if self.op.role is not None:
            by_contract.append(kernel.Forbidden)
        if self.op.idempotent:
            by_contract.append(kernel.KeyReused)
        query = self.op.reader.query
        if query is not None and "cursor" in getattr(query._type, "model_fields", ()):  # noqa: SLF001 (an adapter tells its type in no other way)
            by_contract.append(kernel.CursorInvalid)
        return (*by_contract, *refusals(self.endpoint))


def served(routes: Iterable[BaseRoute]) -> Iterator[Served]:
    """Yield the operations of the routes; one that is served again is named for its place too."""
    seen: set[str] = set()
    for route in routes:
        endpoint: Endpoint | None = getattr(route, "endpoint", None)
        if not isinstance(route, Route) or endpoint is None or not hasattr(endpoint, "__op__"):
            continue
        for method in sorted((route.methods or set()) - {"HEAD"}):
            name = endpoint.__op__.name
            if name in seen:
                words = (part.strip("{}") for part in route.path.split("/"))
                name = "_".join((name, "at", *filter(None, words))).replace("-", "_")
            assert name not in seen, f"{method} {route.path}: two operations are named {name}"
            seen.add(name)
            yield Served(name, method.lower(), route.path, endpoint)
