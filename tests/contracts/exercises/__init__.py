"""Every operation of the earlier API, asked rightly and wrongly."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import jsonschema

from tests.contracts.neighbourhood import Neighbourhood

Exercise = Callable[["Door"], Awaitable[None]]
EXERCISES: dict[str, Exercise] = {}
# What an anonymous caller, or a caller without the role, is told.
ERROR_MEMBERS = {"type", "title", "status", "detail", "code", "message", "error", "request_id"}
ASKERS = {"none": None, "optional": None, "required": "buyer", "operator": "operator"}


def exercise(*names: str) -> Callable[[Exercise], Exercise]:
    """Register how these operations are tried."""

    def keep(tries: Exercise) -> Exercise:
        for name in names:
            assert name not in EXERCISES, name
            EXERCISES[name] = tries
        return tries

    return keep


@dataclass
class Door:
    """One operation of the list, and what it has answered so far."""

    entry: dict[str, Any]
    shop: Neighbourhood
    answered: list[tuple[int, str]] = field(default_factory=list)

    async def good(self, who: str | None = "", **what: Any) -> Any:
        """Ask rightly; return the answer, which has the promised status and shape."""
        answer = await self.ask(who, **what)
        assert answer.status_code == self.entry["status"], answer.text
        body = answer.json()
        jsonschema.validate(body, self.entry["answer"])
        return body

    async def bad(self, status: int, who: str | None = "", **what: Any) -> dict[str, Any]:
        """Ask wrongly; return the refusal, which has the promised status and the one shape."""
        answer = await self.ask(who, **what)
        assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
        body: dict[str, Any] = answer.json()
        assert body.keys() >= ERROR_MEMBERS, body
        assert body["detail"] == body["message"] == body["error"]
        assert isinstance(body["detail"], str), "the web client calls .includes on it"
        return body

    async def ask(self, who: str | None = "", **what: Any) -> httpx.Response:
        """Ask as somebody (by default as whom the list says), and remember the answer."""
        if who == "":
            who = ASKERS.get(self.entry["auth"], self.entry["auth"])
        path = self.entry["path"]
        for name in [name for name in what if f"{{{name}}}" in path]:
            path = path.replace(f"{{{name}}}", str(what.pop(name)))
        assert "{" not in path, f"{path} needs a value"
        headers = self.shop.people[who].headers if who else {}
        headers = headers | what.pop("headers", {})
        answer = await self.shop.street.http.request(
            self.entry["method"], path, headers=headers, **what
        )
        told = answer.json().get("detail", "") if answer.status_code >= 400 else ""
        self.answered.append((answer.status_code, str(told)))
        return answer

    def unheard(self) -> list[dict[str, Any]]:
        """Return the refusals of the list that were not given."""
        return [
            error
            for error in self.entry["errors"]
            if not any(
                status == error["status"] and error.get("detail", "") in told
                for status, told in self.answered
            )
        ]
