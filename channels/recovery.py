"""Whether a client that comes back can be given exactly what it missed."""

from collections.abc import Iterable, Sequence

from channels.broker import History, Position, Publication


class Torn(Exception):
    """Between what was remembered and what was heard live, something is missing."""


def missed(asked: Position, history: History) -> Sequence[Publication] | None:
    """Return all that followed the position, or None when any of it is gone.

    ``history`` is what the broker keeps beyond ``asked.offset``. An empty epoch asks for no check.
    """
    kept = history.publications
    if asked.epoch not in {"", history.top.epoch}:
        return None
    if not kept:
        return kept if asked.offset == history.top.offset else None
    whole = kept[0].offset == asked.offset + 1 and kept[-1].offset == history.top.offset
    return kept if whole else None


def newest(asked: Position, history: History) -> Sequence[Publication] | None:
    """Return the last value unless the client has it, or None when there is none to give.

    ``history`` is the newest publication the broker keeps, for channels where only that counts.
    """
    if asked == history.top:
        return ()
    return history.publications[-1:] or None


def continuation(top: Position, held: Iterable[tuple[str, Publication]]) -> list[Publication]:
    """Return the held messages beyond the top, sorted, each once. Raises Torn when one lacks.

    ``held`` are live messages with their epochs.
    """
    heard = {
        publication.offset: publication
        for epoch, publication in held
        if epoch == top.epoch and publication.offset > top.offset
    }
    offsets = sorted(heard)
    if offsets != list(range(top.offset + 1, top.offset + 1 + len(offsets))):
        raise Torn
    return [heard[offset] for offset in offsets]
