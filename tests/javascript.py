"""JavaScript that tests run: Node.js, with what tests/node/package.json pins."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

NODE: Final = Path(__file__).parent / "node"


@asynccontextmanager
async def node(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run Node.js in tests/node for as long as the block lasts."""
    assert (NODE / "node_modules").is_dir(), "scripts/provide_node.sh has not been run"
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        "node", *arguments, cwd=NODE, stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ran(script: str, said: bytes) -> bytes:
    """Return what a script of tests/node answers to what is said to it."""
    async with node(script) as process:
        answer, complaint = await process.communicate(said)
        assert process.returncode == 0, complaint.decode()
        return answer
