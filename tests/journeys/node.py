"""Node's own test runner, on the tests that are written in JavaScript."""

import asyncio
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.processes import ROOT

FOLDER = ROOT / "tests" / "node"
RUN_SECONDS = 150.0
TOLD = re.compile(r"^# (\w+) (\d+)$", re.MULTILINE)
INSTALL = "not installed: scripts/provide_node.sh installs it"


async def pass_all(*files: str, count: int, env: Mapping[str, str], log: Path) -> None:
    """Run the files' tests and demand that so many ran, and that all of them passed."""
    node = shutil.which("node")
    assert node, f"Node.js is {INSTALL}"
    assert (FOLDER / "node_modules" / "centrifuge").exists(), f"the JavaScript SDK is {INSTALL}"
    command = (node, "--test", "--test-concurrency=1", "--test-reporter=tap", *files)
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=FOLDER, env=os.environ | env, stdout=out, stderr=out
        )
    try:
        async with asyncio.timeout(RUN_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
    said = (await asyncio.to_thread(log.read_bytes)).decode(errors="replace")
    found = {name: int(number) for name, number in TOLD.findall(said)}
    assert process.returncode == 0, said[-20_000:]
    told = {name: found.get(name) for name in ("pass", "fail", "cancelled", "skipped", "todo")}
    assert told == {"pass": count, "fail": 0, "cancelled": 0, "skipped": 0, "todo": 0}, said
