"""The event log: what happened, for people to read; it hears everything and nothing leans on it."""

from domain.log.doings import Doing, done_since
from domain.log.errors import AuthorInvalid, EventTypeMissing
from domain.log.masking import is_sensitive, masked, masked_url
from domain.log.models import LogRow
from domain.log.schemas import Entry, LogView
from domain.log.service import Unwritable, history, recent, record, write, written

__all__ = [
    "AuthorInvalid",
    "Doing",
    "Entry",
    "EventTypeMissing",
    "LogRow",
    "LogView",
    "Unwritable",
    "done_since",
    "history",
    "is_sensitive",
    "masked",
    "masked_url",
    "recent",
    "record",
    "write",
    "written",
]
