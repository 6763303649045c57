"""The earlier API's list, walked on the real engines over real HTTP: each entry, good and bad."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.exercises import EXERCISES, Door
from tests.contracts.exercises import catalogue as _catalogue  # noqa: F401 (registers)
from tests.contracts.exercises import log as _log  # noqa: F401 (registers)
from tests.contracts.exercises import order as _order  # noqa: F401 (registers)
from tests.contracts.exercises import personal as _personal  # noqa: F401 (registers)
from tests.contracts.exercises import recipe as _recipe  # noqa: F401 (registers)
from tests.contracts.exercises import user as _user  # noqa: F401 (registers)
from tests.contracts.neighbourhood import Neighbourhood, open_neighbourhood

ENTRIES = json.loads((Path(__file__).parent / "endpoints.json").read_text())
WAIT_SECONDS = 3  # how long a confirm waits for a provider that does not decide
GUARDED = [entry for entry in ENTRIES if entry["auth"] not in {"none", "optional"}]


def named(entry: dict[str, Any]) -> str:
    """Return what the operation is called in the list."""
    return f"{entry['method']} {entry['path']}"


@pytest.fixture(scope="module")
async def shop(real_shop):
    """One shop for the whole walk."""
    async with open_neighbourhood(real_shop("walk"), payment_wait_seconds=WAIT_SECONDS) as opened:
        yield opened


@pytest.fixture
def door(request, shop: Neighbourhood) -> Door:
    """The operation under test."""
    return Door(request.param, shop)


def test_the_list_is_whole():
    """88 operations, each once, each with its exercise; no exercise is of anything else."""
    names = [named(entry) for entry in ENTRIES]
    assert len(names) == len(set(names)) == 88
    assert set(EXERCISES) == set(names)


@pytest.mark.parametrize("door", ENTRIES, ids=named, indirect=True)
async def test_it_answers_as_listed(door):
    """Asked rightly it answers status and shape of the list; asked wrongly, each refusal."""
    await EXERCISES[named(door.entry)](door)
    assert any(status == door.entry["status"] for status, _ in door.answered), "never good"
    assert not door.unheard()


@pytest.mark.parametrize("door", GUARDED, ids=named, indirect=True)
async def test_nobody_enters_without_what_it_takes(door):
    """Without a token, with a spoilt one or without the role, it is 401, 401 and 403."""
    path = dict.fromkeys(_path_names(door.entry["path"]), 1)
    refused = await door.bad(401, None, **path)
    assert refused["detail"] == "Not authenticated"
    await door.bad(401, None, headers={"Authorization": "Bearer a.b.c"}, **path)
    auth = door.entry["auth"]
    if auth in {"operator", "admin"}:
        await door.bad(403, "buyer", json={}, **path)
    if auth == "admin":
        await door.bad(403, "operator", **path)


def _path_names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
