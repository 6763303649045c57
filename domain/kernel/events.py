"""Facts, named in the past tense and never edited."""

from abc import abstractmethod
from typing import Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict


class View(BaseModel):
    """The public face of something; an undeclared field is a bug, so it fails here."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class Event(View):
    """A committed fact that carries the new state, never a delta.

    ``kind`` is the CloudEvents type without its version suffix, ``subject`` names the entity
    (``order/12``), ``topics`` are the channels it is told on, and ``data`` is what they hear.
    ``heard`` says that a context above reacts to it after the commit.
    """

    kind: ClassVar[str]
    heard: ClassVar[bool] = False

    at: AwareDatetime

    @property
    @abstractmethod
    def subject(self) -> str:
        """Return the entity's address, ``noun/id``."""

    @property
    @abstractmethod
    def topics(self) -> tuple[str, ...]:
        """Return the channels this fact is published on."""

    def data(self) -> dict[str, Any]:
        """Return what listeners hear: every field but the time, JSON-ready."""
        return self.model_dump(mode="json", exclude={"at"})
