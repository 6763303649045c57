"""The test suite that the Python SDK ships in its source distribution, run as it is."""

import os
import socket
import sys
from pathlib import Path
from subprocess import PIPE, STDOUT, TimeoutExpired, run

from tests.processes import ROOT

NAME, VERSION = "centrifuge-python", "0.7.0"
FOLDER = ROOT / "build" / f"centrifuge_python-{VERSION}"
PORT = 8000  # the suite knows no other
SUITE_SECONDS = 40  # it takes less than ten, and waits for ever on some that go wrong
# One of its tests cuts a client off without waiting until it has subscribed, and then expects it to
# recover. So the suite gives way to the server, which on a busy machine may still be overtaken.
GIVES_WAY = ("nice", "-n", "10")
OVERTAKEN = "in on_subscribed_after_recovery"
TRIES = 3


def refuse_a_taken_port() -> None:
    """Say clearly that the one port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError as error:
            raise AssertionError(f"the suite speaks to port {PORT}, which is taken") from error


def fetched() -> Path:
    """Return the unpacked source distribution, fetched by pip if it is not there."""
    if not (FOLDER / "tests/test_client.py").exists():
        build = FOLDER.parent
        build.mkdir(exist_ok=True)
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
        where = ("--no-deps", "--no-binary", NAME, "--dest", str(build), f"{NAME}=={VERSION}")
        run((*pip, *where), check=True)
        tar = ("tar", "-xzf", f"{FOLDER}.tar.gz", "-C", str(build))
        run(tar, check=True)
    return FOLDER


def judged() -> str:
    """Run the suite against the port and return what it printed."""
    command = (*GIVES_WAY, sys.executable, "-m", "unittest", "tests.test_client")
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    try:
        done = run(
            command,
            cwd=fetched(),
            env=plain,
            stdout=PIPE,
            stderr=STDOUT,
            text=True,
            timeout=SUITE_SECONDS,
            check=False,
        )
    except TimeoutExpired as expired:
        return (expired.output or b"").decode() + "\n... and it did not end"
    return done.stdout
