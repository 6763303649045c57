"""The page of the wire tells every door, channel and number that there is, and no other."""

import re
from typing import Final

from channels import codes, doors
from channels.codes import Code, Refusal
from channels.limits import Limits
from channels.topics import Topic
from domain import kernel
from server.wiring import topics
from tests.architecture.source import ROOT

PAGE: Final = (ROOT / "docs/protocol.md").read_text()
CODES: Final = PAGE.partition("\n## Codes\n")[2]
# A code of the protocol's that nothing here says.
UNSAID: Final = {codes.UNAUTHORIZED}


def part(heading: str) -> str:
    """Return the text under a heading."""
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table's rows, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def told_codes() -> set[tuple[int, str]]:
    """Return the codes on the page with their reasons."""
    cells = [cell for row in rows(CODES) for cell in row]
    pairs = list(zip(cells[::2], cells[1::2], strict=True))
    found = {(int(code), said.removesuffix(" (temporary)")) for code, said in pairs if code}
    ends = re.findall(r"(2\d{3})\s+\(([a-z\s]+)\)", CODES)
    return found | {(int(code), " ".join(said.split())) for code, said in ends}


def remembered(topic: Topic) -> str:
    """Return how much of a topic is remembered, as the page says it."""
    days = topic.history_ttl.days
    lasting = f"{days} days" if days > 1 else "24 h"
    return f"{'the newest' if topic.last_value else topic.history_size}, {lasting}"


def test_every_code_is_told_with_its_reason() -> None:
    """Errors, unsubscribes and closes, as they are said."""
    ours = [each for each in vars(codes).values() if isinstance(each, Code | Refusal)]
    said = {(each.code, each[1]) for each in ours if each not in UNSAID}
    assert told_codes() == said


def test_what_is_temporary_is_told_to_be() -> None:
    """SDKs try again by themselves."""
    marked = {int(code) for code in re.findall(r"\| (\d+) \| [a-z ]+ \(temporary\)", CODES)}
    ours = [each for each in vars(codes).values() if isinstance(each, Refusal)]
    assert marked == {each.code for each in ours if each.temporary}


def test_every_door_is_told() -> None:
    """By its path."""
    told = {row[0].strip("`") for row in rows(part("Doors"))}
    assert told == {getattr(route, "path", "") for route in doors.routes}


def test_every_channel_is_told_with_what_it_remembers() -> None:
    """As the topics have it."""
    told = {row[0].strip("`").partition(":")[0]: row[2] for row in rows(part("Listening"))}
    known = topics(broker=None, clock=kernel.utc_now)  # type: ignore[arg-type]  # nobody is counted
    assert told == {topic.prefix: remembered(topic) for topic in known}


def test_the_limits_are_as_they_are() -> None:
    """Each number of the table."""
    limits = Limits()
    told = [row[1] for row in rows(part("Limits"))]
    assert told == [
        f"{limits.frame_bytes // 1024} KiB",
        f"{limits.commands_per_second} a second, {limits.commands_per_second * 10:,} at once",
        f"{limits.commands_waiting}",
        f"{limits.pending_bytes // 1024**2} MiB",
        f"{limits.channels}",
        f"{limits.connections_per_user}",
        f"{limits.connections_per_address:,}",
        f"{limits.stale_seconds:.0f} s",
    ]
