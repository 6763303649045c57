"""Note requests of interest for the event log: who did what, never what was secret about it."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from starlette.requests import Request

from domain import log
from server.state import State


def note(
    request: Request[State],
    event_type: str,
    data: Mapping[str, Any],
    *,
    user_id: int | None = None,
    status: int = 200,
) -> None:
    """Hand one request of interest to the journal; its failure is not the caller's."""
    now = request.state["clock"]()
    request.state["journal"].note(
        log.Entry(
            event_id=str(uuid4()),
            user_id=user_id,
            event_type=event_type,
            event_data=dict(data),
            created_at=now,
            http_method=request.method,
            api_url=request.url.path,
            request_time=now,
            response_time=now,
            response_code=status,
            client_ip=request.client.host if request.client else None,
        )
    )
