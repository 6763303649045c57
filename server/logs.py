"""How this process writes its log: lines for people, or JSON for machines, on stderr."""

import json
import logging
import sys
from collections.abc import Callable
from contextlib import suppress

import orjson
import structlog


class Lines:
    """Writes line after line to stderr, wherever that leads at the time.

    A reader that went away, or a full disk, fails no request: then nobody reads of it.
    """

    def __init__(self, *_: object) -> None:
        """Take no note of who logs."""

    def msg(self, line: str | bytes) -> None:
        """Write one line."""
        with suppress(OSError, ValueError):  # ValueError: stderr was closed
            sys.stderr.buffer.write(_encoded(line))
            sys.stderr.buffer.flush()

    debug = info = warning = error = critical = fatal = msg


def set_up_logs(*, as_json: bool) -> None:
    """Send structlog's and the libraries' lines through the same renderer."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, *_renderers(as_json=as_json, serializer=_as_bytes)],
        # Not through the standard library: every request is a line, and would pay for the detour.
        logger_factory=Lines,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(as_json=as_json, serializer=_as_text),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # They tell every request and every migration step; our own lines do, in one shape.
    for chatty in ("httpx", "httpcore", "uvicorn.access", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _renderers(
    *, as_json: bool, serializer: Callable[..., str | bytes]
) -> list[structlog.typing.Processor]:
    if as_json:
        return [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer),
        ]
    # The rich traceback shows every local, secrets too, and holds the loop up for seconds.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def _encoded(line: str | bytes) -> bytes:
    return (line.encode(errors="backslashreplace") if isinstance(line, str) else line) + b"\n"


def _as_text(line: object, default: Callable[[object], object]) -> str:
    return _as_bytes(line, default).decode()


def _as_bytes(line: object, default: Callable[[object], object]) -> bytes:
    try:
        return orjson.dumps(line, default)
    except TypeError:  # half a character, or a number beyond 64 bits: rare, and no reason to fail
        return json.dumps(line, default=default).encode()
