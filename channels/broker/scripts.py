"""Lua scripts, sent by their digest; a server that does not know one is sent its source."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

LUA: Final = Path(__file__).parent / "lua"

Argument = str | int | bytes


@dataclass(slots=True)
class Script:
    """One file of lua/, after those it leans on."""

    redis: Redis
    name: str
    leaning_on: tuple[str, ...] = ()
    _source: str = field(init=False)
    _digest: str = field(init=False)

    def __post_init__(self) -> None:
        files = (*self.leaning_on, self.name)
        self._source = "\n".join((LUA / f"{name}.lua").read_text() for name in files)
        self._digest = sha1(self._source.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:  # noqa: ANN401 (each script has its own answer)
        """Run the script. Raises what the Redis client raises."""
        try:
            return await ask(self.redis, *self.by_digest(keys, arguments))
        except NoScriptError:
            return await ask(self.redis, *self.by_source(keys, arguments))

    def by_digest(self, keys: Sequence[str], arguments: Sequence[Argument]) -> tuple[Any, ...]:
        """Return the command for a server that knows the script."""
        return "EVALSHA", self._digest, len(keys), *keys, *arguments

    def by_source(self, keys: Sequence[str], arguments: Sequence[Argument]) -> tuple[Any, ...]:
        """Return the command for a server that may not know the script."""
        return "EVAL", self._source, len(keys), *keys, *arguments


class Batch:
    """Commands for one pipeline, in order; the first call of a script carries its source.

    So a server that has just started knows it for the rest. In a cluster that holds for every
    node, hence once per partition.
    """

    def __init__(self) -> None:
        self.commands: list[tuple[Any, ...]] = []
        self._known: set[tuple[str, int]] = set()

    def __bool__(self) -> bool:
        return bool(self.commands)

    def add(self, *command: Argument) -> None:
        """Add a plain command."""
        self.commands.append(command)

    def call(
        self, script: Script, keys: Sequence[str], arguments: Sequence[Argument], *, place: int
    ) -> None:
        """Add a script, which runs on the node that has this place."""
        known = (script.name, place) in self._known
        self._known.add((script.name, place))
        compose = script.by_digest if known else script.by_source
        self.commands.append(compose(keys, arguments))

    async def send(self, redis: Redis) -> list[Any]:
        """Send all in one round trip. Raises what the Redis client raises."""
        async with redis.pipeline(transaction=False) as pipeline:
            for command in self.commands:
                pipeline.execute_command(*command)
            replies: list[Any] = await pipeline.execute()
        return replies


async def ask(redis: Redis, *command: Argument) -> Any:  # noqa: ANN401 (each command has its own answer)
    """Send one command. Raises what the Redis client raises."""
    return await redis.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py's own gap
