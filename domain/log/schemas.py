"""What is written down about an event, bounded and masked by construction."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, JsonValue

from domain.kernel import View
from domain.log.masking import INT64, masked, masked_url, storable

URL_MAX = 500


def _cut_url(url: str) -> str:
    return masked_url(storable(url))[:URL_MAX]


Text = BeforeValidator(lambda value: storable(value) if isinstance(value, str) else value)
Masked = AfterValidator(masked)


class Entry(View):
    """One event of the log; the id makes writing it twice writing it once.

    Nothing secret survives construction, so nothing secret reaches the stream or the database.
    """

    event_id: Annotated[str, Text, Field(min_length=1, max_length=64)]
    user_id: Annotated[int, Field(ge=0, le=INT64[-1])] | None = None
    event_type: Annotated[str, Text, Field(min_length=1, max_length=64)]
    event_data: Annotated[dict[str, JsonValue], Masked] = Field(default_factory=dict)
    created_at: AwareDatetime
    http_method: Annotated[str, Text, Field(max_length=10)] | None = None
    api_url: Annotated[str, AfterValidator(_cut_url)] | None = None
    request_time: AwareDatetime | None = None
    response_time: AwareDatetime | None = None
    response_code: Annotated[int, Field(ge=0, le=999)] | None = None
    client_ip: Annotated[str, Text, Field(max_length=45)] | None = None


class LogView(Entry):
    """A written event."""

    log_id: int
