"""What can be asked for over a connection: the procedures, with what they take and answer."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter

from server.asyncapi.words import words_of
from server.openapi.examples import Examples
from server.openapi.schemas import Key, Schema, Wanted
from server.procedures import CALLS

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class ListedCall:
    """A procedure by its name."""

    name: str

    @property
    def title(self) -> str:
        """Return its name as that of a class, which no event has."""
        return f"Call{self.name.replace('.', '_').title().replace('_', '')}"

    @property
    def operation_id(self) -> str:
        """Return the name of the operation."""
        return f"call_{self.name.replace('.', '_')}"

    @property
    def about(self) -> str:
        """Return what it does, in a sentence."""
        return inspect.getdoc(CALLS[self.name][1]) or ""

    def wanted(self) -> list[Wanted]:
        """Return what it takes and what it answers, to be drawn."""
        form, act = CALLS[self.name]
        answer = TypeAdapter[Any](get_type_hints(act)["return"])
        return [
            (self._key("request"), "validation", TypeAdapter(form)),
            (self._key("answer"), "serialization", answer),
        ]

    def messages(
        self, schemas: Mapping[Key, Schema], components: Mapping[str, Schema]
    ) -> dict[str, dict[str, Any]]:
        """Return the request and the answer, by their names."""
        said = {
            self.title: ("request", self.name, self.about),
            f"{self.title}Answer": ("answer", f"{self.name}.answer", "It is done."),
        }
        return {
            key: {
                "name": name,
                "title": name,
                "summary": about,
                "contentType": JSON,
                "payload": schemas[self._key(part)],
                "examples": [
                    {
                        "name": "forInstance",
                        "payload": Examples(components, words_of(name)).of(
                            schemas[self._key(part)]
                        ),
                    }
                ],
            }
            for key, (part, name, about) in said.items()
        }

    def _key(self, part: str) -> Key:
        return ("call", self.name, part)


def calls() -> list[ListedCall]:
    """Return every procedure."""
    return [ListedCall(name) for name in CALLS]
