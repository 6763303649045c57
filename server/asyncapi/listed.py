"""What can be heard: topics with their snapshots, and events with the topics they are told on."""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter

from channels.topics import Join, Topic
from domain.kernel import Event, cloud_event
from server.asyncapi.words import words_of
from server.openapi.examples import FORMATS, Examples
from server.openapi.schemas import Key, Schema, Wanted

OURS: Final = ("domain.", "channels.")
# How a topic's module begins: ``order:<order_id>``: the buyer watches one order and its payment.
INTRODUCED: Final = re.compile(r"``(?P<address>[^`]+)``: (?P<about>.+)\.")
PLACE: Final = re.compile(r"<(\w+)>")
# The event as its class keeps it, beside what listeners hear of it.
TIME: Final = "at"


@dataclass(frozen=True, slots=True)
class ListedTopic:
    """A topic that has a state to start from."""

    topic: Topic
    join: Join

    @property
    def address(self) -> str:
        """Return its address, with the place of a name in braces."""
        return PLACE.sub(r"{\1}", self._introduced["address"])

    @property
    def about(self) -> str:
        """Return what listening is good for, in a sentence."""
        said = self._introduced["about"]
        return f"{said[0].upper()}{said[1:]}."

    @property
    def audience(self) -> str:
        """Return who is admitted, in a sentence."""
        said = (inspect.getdoc(self.join) or "").removeprefix("Admit ").replace("``", "`")
        return f"For {said}"

    @property
    def places(self) -> list[str]:
        """Return the names in the address."""
        return PLACE.findall(self._introduced["address"])

    @property
    def key(self) -> Key:
        """Return the name of its snapshot's schema."""
        return ("snapshot", self.topic.prefix)

    def wanted(self) -> Wanted:
        """Return its snapshot, to be drawn."""
        return self.key, "serialization", TypeAdapter(get_type_hints(self.join)["return"])

    @property
    def _introduced(self) -> re.Match[str]:
        found = INTRODUCED.fullmatch(inspect.getmodule(self.join).__doc__ or "")
        assert found, f"{self.join.__module__} does not begin with its address"
        return found


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """A kind of event: one of them for instance, and the shape of what is heard of it."""

    kind: type[Event]
    instance: Event
    data: Schema

    @property
    def name(self) -> str:
        """Return the name of its class."""
        return self.kind.__name__

    @property
    def about(self) -> str:
        """Return what it says, in a sentence."""
        return inspect.getdoc(self.kind) or ""

    @property
    def topics(self) -> set[str]:
        """Return the prefixes of the channels it is told on."""
        return {channel.partition(":")[0] for channel in self.instance.topics}

    @property
    def example(self) -> dict[str, Any]:
        """Return what listeners hear."""
        return cloud_event(self.instance, event_id=FORMATS["uuid"])

    @property
    def schema(self) -> Schema:
        """Return the shape of the CloudEvents 1.0 object."""
        fixed = {
            name: {"const": self.example[name]}
            for name in ("specversion", "source", "type", "datacontenttype")
        }
        return {
            "type": "object",
            "required": [*self.example],
            "properties": {
                **fixed,
                "id": {"type": "string", "format": "uuid"},
                "subject": {"type": "string"},
                "time": {"type": "string", "format": "date-time"},
                "data": self.data,
            },
        }


def topics_of(topics: Iterable[Topic]) -> list[ListedTopic]:
    """Return the topics that have a state to start from."""
    return [ListedTopic(each, each.join) for each in topics if each.join is not None]


def kinds_of_events() -> list[type[Event]]:
    """Return every class of events there is, whether told on a channel or not."""
    return [
        kind
        for kind in _family(Event.__subclasses__())
        if kind.__module__.startswith(OURS)
        and not inspect.isabstract(kind)
        and hasattr(kind, "kind")
    ]


def wanted_of(kind: type[Event]) -> Wanted:
    """Return the class of events, to be drawn."""
    return ("event", kind.kind), "serialization", TypeAdapter(kind)


def listed(kind: type[Event], drawn: Schema, components: Mapping[str, Schema]) -> ListedEvent:
    """Return the kind of event with an instance of it; ``drawn`` is the schema of the whole class.

    Only what ``data()`` says of the instance is heard.
    """
    examples = Examples(components, words_of(kind.kind))
    instance = kind.model_validate(examples.of(drawn))
    heard = instance.data().keys()
    assert TIME not in heard, f"{kind.kind} says its time twice"
    properties = {name: field for name, field in drawn["properties"].items() if name in heard}
    data = {"type": "object", "required": sorted(heard), "properties": properties}
    return ListedEvent(kind, instance, data)


def _family(kinds: Iterable[type[Event]]) -> Iterator[type[Event]]:
    for kind in kinds:
        yield kind
        yield from _family(kind.__subclasses__())
