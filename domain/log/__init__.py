"""The event log: what happened, for people to read; it hears everything and nothing leans on it."""

from domain.log.masking import is_sensitive, masked
from domain.log.models import LogRow
from domain.log.schemas import Entry, LogView
from domain.log.service import Unwritable, recent, record

__all__ = [
    "Entry",
    "LogRow",
    "LogView",
    "Unwritable",
    "is_sensitive",
    "masked",
    "recent",
    "record",
]
