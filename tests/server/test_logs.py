"""Log lines have one shape, whoever writes them, and none can fail the request it tells of."""

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import logging, structlog
from server.logs import set_up_logs

log = structlog.get_logger("ours")
set_up_logs(as_json={as_json})
with structlog.contextvars.bound_contextvars(request_id="r1"):
    log.info("request", path="/가", client=None)
    logging.getLogger("theirs").warning("slow %s", "query")
log.info("odd", path="/\\ud800", number=2**70, kind=Exception)
log.debug("silent")
try:
    secret = "swordfish"
    raise ValueError("wrong")
except ValueError:
    log.exception("failed")
"""


def written(*, as_json):
    """Return what a process writes to its log, in UTF-8."""
    done = subprocess.run(
        (sys.executable, "-c", SCRIPT.format(as_json=as_json)),
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b""
    return done.stderr.decode()


def test_for_machines_every_line_is_json():
    """Ours and the libraries', with the request's name, in the letters it was written in."""
    text = written(as_json=True)
    assert '"path":"/가"' in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines] == ["request", "slow query", "odd", "failed"]
    assert [line["level"] for line in lines] == ["info", "warning", "info", "error"]
    assert [line.get("request_id") for line in lines] == ["r1", "r1", None, None]
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert lines[2]["number"] == 2**70
    assert "ValueError: wrong" in lines[3]["exception"]


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_tells_no_values(as_json):
    """What a variable held is nobody's business."""
    text = written(as_json=as_json)
    assert "ValueError: wrong" in text
    assert text.count("swordfish") == text.count('secret = "swordfish"') == 0
    assert "silent" not in text


def test_a_log_that_nobody_reads_stops_nobody():
    """Its reader went away, or it was closed: the work goes on."""
    script = (
        "import os, structlog, sys\n"
        "from server.logs import set_up_logs\n"
        "set_up_logs(as_json=True)\n"
        "log = structlog.get_logger()\n"
        "for n in range(3): log.info('line', n=n)\n"
        "sys.stderr.close()\n"
        "log.info('line')\n"
        "print('done')\n"
    )
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        (sys.executable, "-c", script), stderr=writer, stdout=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert done.stdout == b"done\n"
