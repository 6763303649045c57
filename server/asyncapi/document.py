"""The whole document: servers, channels, messages and operations, as a client sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from channels.topics import Topic
from server.asyncapi import doors, prose
from server.asyncapi.calls import ListedCall, calls
from server.asyncapi.listed import (
    ListedEvent,
    ListedTopic,
    kinds_of_events,
    listed,
    topics_of,
    wanted_of,
)
from server.asyncapi.words import words_of
from server.openapi.examples import Examples
from server.openapi.schemas import Key, Schema, draw, reachable, resolved

CLOUD_EVENT: Final = "application/cloudevents+json"
JSON: Final = "application/json"
RPC: Final = "rpc"


@dataclass(frozen=True, slots=True)
class _Messages:
    """The messages of the topics, each under its name."""

    schemas: dict[Key, Schema]
    components: dict[str, Schema]
    events: list[ListedEvent]

    def on(self, topic: ListedTopic) -> dict[str, dict[str, Any]]:
        """Return what is heard on a topic: the snapshot first."""
        told = (each for each in self.events if topic.topic.prefix in each.topics)
        return {_snapshot(topic): self._state(topic)} | {each.name: _event(each) for each in told}

    def _state(self, topic: ListedTopic) -> dict[str, Any]:
        schema = self.schemas[topic.key]
        example = Examples(self.components, words_of()).of(schema)
        return {
            "name": f"{topic.topic.prefix}.snapshot",
            "title": f"What `{topic.address}` is like when listening begins",
            "summary": "The `data` of the answer to a subscription; it replaces what was held.",
            "contentType": JSON,
            "payload": schema,
            "examples": [{"name": "forInstance", "payload": example}],
        }


def describe(topics: Iterable[Topic]) -> dict[str, Any]:
    """Return the AsyncAPI 3.1 document of the topics and of all that is told on them."""
    known, kinds, asked = topics_of(topics), kinds_of_events(), calls()
    wanted = [*(one.wanted() for one in known), *map(wanted_of, kinds)]
    schemas, components = draw([*wanted, *(each for one in asked for each in one.wanted())])
    whole = {kind: resolved(schemas[wanted_of(kind)[0]], components) for kind in kinds}
    events = [listed(kind, drawn, components) for kind, drawn in whole.items()]
    heard = _Messages(schemas, components, events)
    told = {name: said for one in known for name, said in heard.on(one).items()}
    said = {one: one.messages(schemas, components) for one in asked}
    messages = told | {name: each for both in said.values() for name, each in both.items()}
    assert len(messages) == len(told) + 2 * len(asked), "two messages of one name"
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "UHOK Live channels",
            "version": version("uhok-live"),
            "description": prose.DESCRIPTION,
            "license": {"name": "MIT"},
            "externalDocs": prose.PROTOCOL,
        },
        "defaultContentType": JSON,
        "servers": doors.servers(),
        "channels": {
            **{one.topic.prefix: _channel(one, heard.on(one)) for one in known},
            RPC: _calls(name for both in said.values() for name in both),
        },
        "operations": {
            **{f"receive_{one.topic.prefix}": _listening(one, heard.on(one)) for one in known},
            **{one.operation_id: _calling(one, *both) for one, both in said.items()},
        },
        "components": {
            "messages": messages,
            "schemas": reachable(components, messages),
            "securitySchemes": prose.SECURITY,
            "channelBindings": doors.CHANNEL_BINDINGS,
            "operationBindings": doors.OPERATION_BINDINGS,
        },
    }


def _channel(one: ListedTopic, messages: Iterable[str]) -> dict[str, Any]:
    topic = one.topic
    return {
        "address": one.address,
        "title": topic.prefix,
        "summary": one.about,
        "description": " ".join(
            (one.audience, prose.remembered(topic), prose.allowed(topic.rules))
        ),
        **({"parameters": {name: _parameter(name) for name in one.places}} if one.places else {}),
        "messages": {name: _ref("components", "messages", name) for name in messages},
        "bindings": _ref("components", "channelBindings", "handshake"),
        "x-history": {"size": topic.history_size, "seconds": topic.history_ttl.total_seconds()},
        "x-last-value": topic.last_value,
    }


def _parameter(name: str) -> dict[str, Any]:
    about = prose.PLACES[name]
    return {"description": about, "examples": [str(words_of()[name])]}


def _listening(one: ListedTopic, messages: Iterable[str]) -> dict[str, Any]:
    prefix = one.topic.prefix
    return {
        "action": "receive",
        "channel": _ref("channels", prefix),
        "title": f"Listen to {one.address}",
        "summary": one.about,
        **({} if one.topic.public else {"security": _ways()}),
        "messages": [_ref("channels", prefix, "messages", name) for name in messages],
        "bindings": _ref("components", "operationBindings", "request"),
    }


def _calls(messages: Iterable[str]) -> dict[str, Any]:
    return {
        "address": None,
        "title": "Calls",
        "summary": "What the shop does when a client asks it over its connection.",
        "description": prose.CALLS,
        "messages": {name: _ref("components", "messages", name) for name in messages},
    }


def _calling(one: ListedCall, request: str, answer: str) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": _ref("channels", RPC),
        "title": one.name,
        "summary": one.about,
        "security": _ways(),
        "messages": [_ref("channels", RPC, "messages", request)],
        "reply": {
            "channel": _ref("channels", RPC),
            "messages": [_ref("channels", RPC, "messages", answer)],
        },
    }


def _ways() -> list[dict[str, str]]:
    return [_ref("components", "securitySchemes", name) for name in prose.SECURITY]


def _event(one: ListedEvent) -> dict[str, Any]:
    return {
        "name": one.example["type"],
        "title": one.example["type"],
        "summary": one.about,
        "contentType": CLOUD_EVENT,
        "payload": one.schema,
        "examples": [{"name": "forInstance", "payload": one.example}],
    }


def _snapshot(one: ListedTopic) -> str:
    return f"{one.topic.prefix.title()}Snapshot"


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "/".join(("#", *path))}
