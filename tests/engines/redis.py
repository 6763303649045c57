"""A private Redis."""

from collections.abc import Sequence
from pathlib import Path

from tests.engines.engine import HOST, Engine


class Redis(Engine):
    """Redis; a restart forgets everything unless `appendonly` is asked for."""

    packages = "redis-server"

    def __init__(self, root: Path, *, appendonly: bool = False) -> None:
        super().__init__(root)
        self.appendonly = "yes" if appendonly else "no"

    @property
    def url(self) -> str:
        """The address of database 0."""
        return f"redis://{HOST}:{self.port}/0"

    def prepare(self) -> None:
        """Make the data folder."""
        self.data.mkdir()

    def command(self) -> Sequence[str]:
        """Return the server's command line."""
        listen = ("--bind", HOST, "--port", str(self.port), "--dir", str(self.data))
        keep = ("--save", "", "--appendonly", self.appendonly, "--appendfsync", "no")
        return (self.program("redis-server"), *listen, *keep)

    def answers(self) -> bool:
        """Tell whether PING is answered; not yet while the append-only file is being read."""
        return self.greets(b"PING\r\n", b"+PONG")
