"""The document of the channels says what is told: every event and snapshot, with true examples."""

import json
import re
from importlib.metadata import version
from unittest.mock import MagicMock

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from starlette.routing import Route

from channels.topics import Topics
from domain import kernel
from server import procedures
from server.app import routes
from server.asyncapi import describe, doors, words
from server.wiring import topics
from tests.javascript import ran
from tests.stall import HS

TOPICS = topics(broker=None, clock=kernel.utc_now)
DOCUMENT = describe(TOPICS)
SPACE = "urn:uhok"
REGISTRY = Registry().with_resource(
    SPACE, Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
)
MESSAGES = DOCUMENT["components"]["messages"]
CHANNELS = {name: said for name, said in DOCUMENT["channels"].items() if name != "rpc"}
TOLD = [name for name in MESSAGES if not name.startswith("Call")]


def faults(schema, value):
    """Return what is wrong with a value, as its schema in the document has it."""
    full = json.loads(json.dumps(schema).replace('"#/', f'"{SPACE}#/'))
    validator = Draft202012Validator(full, registry=REGISTRY, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def kinds_below(kind):
    """Return every class of events of ours, however it is reached."""
    for child in kind.__subclasses__():
        if "kind" in vars(child) and child.__module__.startswith(("domain.", "channels.")):
            yield child
        yield from kinds_below(child)


KINDS = list(kinds_below(kernel.Event))


def told_on(kind):
    """Return the prefixes of the channels on which an event is told, whatever is in it."""
    return {channel.partition(":")[0] for channel in kind.topics.fget(MagicMock())}


def heard_on(prefix):
    """Return the messages of a topic, by their names."""
    refs = (each["$ref"] for each in CHANNELS[prefix]["messages"].values())
    found = (MESSAGES[ref.removeprefix("#/components/messages/")] for ref in refs)
    return {each["name"]: each for each in found}


def said_in(name):
    """Return the message of this name."""
    (found,) = (each for each in MESSAGES.values() if each["name"] == name)
    return found


def check_facts(bodies):
    """Hold every told fact against what the document says of its channels; return the types."""
    for body, channels in bodies:
        for channel in channels:
            message = heard_on(channel.partition(":")[0])[body["type"]]
            assert faults(message["payload"], body) == [], body["type"]
    return {body["type"] for body, channels in bodies if channels}


class TestTheDocument:
    async def test_the_official_parser_finds_nothing_to_say_about_it(self):
        """No error, no warning, no hint; and it reads what we meant."""
        found = json.loads(await ran("asyncapi.mjs", json.dumps(DOCUMENT).encode()))
        assert found["complaints"] == []
        assert found["version"] == "3.1.0"
        assert found["channels"] == [each["address"] for each in CHANNELS.values()] + [None]
        assert found["operations"] == list(DOCUMENT["operations"])

    async def test_the_official_parser_is_asked_in_earnest(self):
        """What is no AsyncAPI document is complained about."""
        broken = DOCUMENT | {"channels": {"order": {"adress": "order:{order_id}"}}}
        found = json.loads(await ran("asyncapi.mjs", json.dumps(broken).encode()))
        assert {each["severity"] for each in found["complaints"]} >= {0}
        assert found["version"] is None

    def test_it_is_of_this_version(self):
        """As the package is."""
        assert DOCUMENT["info"]["version"] == version("uhok-live")

    def test_every_topic_is_a_channel(self):
        """By its prefix, with the places of its address explained."""
        assert set(CHANNELS) == {topic.prefix for topic in TOPICS}
        for prefix, channel in CHANNELS.items():
            name, _, places = channel["address"].partition(":")
            assert name == prefix
            assert set(channel.get("parameters", ())) == set(re.findall(r"{(\w+)}", places))
            assert re.fullmatch(r"[A-Z].*\.", channel["summary"])

    def test_every_channel_can_be_listened_to(self):
        """One operation each, that hears all of its messages."""
        for prefix, channel in CHANNELS.items():
            operation = DOCUMENT["operations"][f"receive_{prefix}"]
            assert operation["channel"] == {"$ref": f"#/channels/{prefix}"}
            assert len(operation["messages"]) == len(channel["messages"])

    def test_it_says_what_is_remembered(self):
        """As the topics do."""
        for topic in TOPICS:
            said = CHANNELS[topic.prefix]
            seconds = topic.history_ttl.total_seconds()
            assert said["x-history"] == {"size": topic.history_size, "seconds": seconds}
            assert said["x-last-value"] == topic.last_value

    def test_every_event_that_is_told_is_listed_and_no_other(self):
        """An event class with a channel is in the document; what is there has a class."""
        told = {f"{kind.kind}.v1" for kind in KINDS if told_on(kind)}
        names = {MESSAGES[name]["name"] for name in TOLD}
        snapshots = {f"{topic.prefix}.snapshot" for topic in TOPICS}
        assert names == told | snapshots

    def test_every_event_is_where_it_is_told(self):
        """On each of its topics, and on no other."""
        for kind in KINDS:
            where = {prefix for prefix in CHANNELS if f"{kind.kind}.v1" in heard_on(prefix)}
            assert where == told_on(kind), kind.kind

    def test_every_procedure_can_be_called(self):
        """One operation each, with a request that it takes and the answer to it."""
        sent = {
            operation["title"]: operation
            for operation in DOCUMENT["operations"].values()
            if operation["action"] == "send"
        }
        assert set(sent) == set(procedures.CALLS)
        for name, (form, _) in procedures.CALLS.items():
            request, answer = said_in(name), said_in(f"{name}.answer")
            assert form.model_validate(request["examples"][0]["payload"])
            assert faults(answer["payload"], answer["examples"][0]["payload"]) == []

    def test_events_that_nobody_hears_are_not_in_it(self):
        """Facts for the log, or for this service alone, have no channel."""
        silent = {kind.kind for kind in KINDS if not told_on(kind)}
        assert {"user.signed_up", "user.logged_out", "kok.doubted"} <= silent

    def test_words_for_examples_are_of_events_there_are(self):
        """A kind that was renamed takes its words along."""
        calls = {*procedures.CALLS, *(f"{name}.answer" for name in procedures.CALLS)}
        assert set(words.BY_KIND) <= {kind.kind for kind in KINDS} | calls

    def test_no_component_is_idle(self):
        """What nothing refers to is not in the way."""
        text = json.dumps(DOCUMENT)
        for kind, named in DOCUMENT["components"].items():
            for name in named:
                used = f'"#/components/{kind}/{name}"' in text
                assert used, f"{kind}/{name}"

    @pytest.mark.parametrize("name", MESSAGES)
    def test_every_message_is_told_in_a_sentence_with_a_true_example(self, name):
        """From the docstring; and the example fits the schema."""
        message = MESSAGES[name]
        assert re.fullmatch(r"\S.*\.", message["summary"])
        for example in message["examples"]:
            assert faults(message["payload"], example["payload"]) == []

    @pytest.mark.parametrize("name", TOLD)
    def test_every_schema_is_strict_enough_to_refuse(self, name):
        """Without one of its fields an example is none."""
        message = MESSAGES[name]
        for field in (whole := message["examples"][0]["payload"]):
            rest = {key: value for key, value in whole.items() if key != field}
            assert faults(message["payload"], rest) != [], field


class TestTheDoors:
    def test_every_door_is_a_server(self):
        """With the methods that it takes, and no other."""
        served = {}
        for route in routes():
            path = getattr(route, "path", "")
            if path.startswith("/connection/") or path == "/emulation":
                methods = served.setdefault(path, set())
                methods |= (route.methods or {"GET"}) if isinstance(route, Route) else {"GET"}
        said = {door.path: set(door.methods) for door in doors.DOORS.values()}
        assert said == {path: found - {"HEAD", "OPTIONS"} for path, found in served.items()}

    async def test_the_document_is_served_as_it_is_drawn(self, client):
        """Again and again the same bytes, with an ETag that confirms them."""
        first, second = [await client.get("/asyncapi.json") for _ in range(2)]
        assert first.json() == DOCUMENT
        assert first.content == second.content
        assert first.headers["content-type"] == "application/json"
        known = {"If-None-Match": first.headers["etag"]}
        again = await client.get("/asyncapi.json", headers=known)
        assert (again.status_code, again.content) == (304, b"")

    async def test_the_page_asks_nobody_but_us(self, client):
        """Every file it names is here, and no script is written into it."""
        answer = await client.get("/asyncapi")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        named = re.findall(r'(?:src|href)="([^"#]+)"', answer.text)
        assert all(each.startswith("/") for each in named)
        assert not re.search(r"<script(?![^>]*\ssrc=)", answer.text)
        for each in named:
            assert (await client.get(each)).status_code == 200, each


def asks_for_a_token(channel):
    """Tell whether the document says so, by any of the ways there are."""
    operation = DOCUMENT["operations"][f"receive_{channel.partition(':')[0]}"]
    return bool(operation.get("security"))


class TestWhatHappens:
    async def test_what_is_told_is_as_the_document_says(self, house, buyer, stall):
        """Every fact of an opened shop and an order, on every channel it is told on."""
        await buyer.order()
        async with house.state["db"].reads() as session:
            rows = await kernel.unsent(session, limit=100)
        told = check_facts([(row.body, row.topics) for row in rows])
        assert {"broadcast.started.v1", "product.changed.v1", "order.placed.v1"} <= told

    async def test_snapshots_are_as_the_document_says(self, house, buyer, stall):
        """Of each topic, for somebody who may listen."""
        order_id = await buyer.order()
        names = {
            "schedule": "schedule",
            "live": f"live:{stall.on_air}",
            "order": f"order:{order_id}",
            "user": f"user:{buyer.user_id}",
            "product": f"product:hs-{HS}",
        }
        assert set(names) == set(CHANNELS)
        for prefix, name in names.items():
            state = await looked(house, name, buyer.user_id)
            snapshot = heard_on(prefix)[f"{prefix}.snapshot"]
            assert faults(snapshot["payload"], json.loads(state.model_dump_json())) == []

    async def test_strangers_are_refused_where_the_document_asks_for_a_token(
        self, house, buyer, stall
    ):
        """And admitted everywhere else."""
        order_id = await buyer.order()
        for name in (f"order:{order_id}", f"user:{buyer.user_id}"):
            assert asks_for_a_token(name)
            with pytest.raises(kernel.NotFound):
                await looked(house, name, None)
        for name in ("schedule", f"live:{stall.on_air}", f"product:hs-{HS}"):
            assert not asks_for_a_token(name)
            assert await looked(house, name, None)


async def looked(house, name, listener):
    """Return a channel's snapshot for a listener."""
    known: Topics = house.state["live"].parts.topics
    async with house.state["db"].reads() as session:
        return await known.join(session, name, listener)
