"""Whether what a host tells of its chain of file events goes on from what it told before.

A host keeps the events of its watched files as a chain of its own; each statement names the stretch
that it tells. Whoever puts an older chain back, cuts it, or writes it anew cannot go on from the
number and digest that stand in somebody else's log.
"""

from enum import StrEnum

from msgspec import Struct

from wire.integrity_messages import FileEvents


class Break(StrEnum):
    """Why a stretch does not continue the one before it."""

    NUMBERS_BACK = "NUMBERS_BACK"  # it begins before the end of what was told
    NUMBERS_MISSING = "NUMBERS_MISSING"  # it begins after it: events between were never told
    LINK_DIFFERS = "LINK_DIFFERS"  # the numbers go on, the events before them are others


class EventChain(Struct, frozen=True):
    """The newest stretch that a host told."""

    incarnation: str
    first: int
    last: int
    head: str


def follow(
    known: EventChain | None, incarnation: str, told: FileEvents
) -> tuple[EventChain, Break | None]:
    """The chain after this statement, and what is wrong with it; it goes on from there.

    A host whose chain of statements began anew may begin its events at number 1 again: that it
    began anew is said by its opening. Any other step back is a break.
    """
    reached = EventChain(incarnation, told.first, told.last, told.head)
    if known is None or reached == known or _begins_anew(known, reached):
        return reached, None
    if told.first <= known.last:
        return reached, Break.NUMBERS_BACK
    if told.first > known.last + 1:
        return reached, Break.NUMBERS_MISSING
    return reached, None if _links(known, told) else Break.LINK_DIFFERS


def rolled_back(
    known: EventChain | None, incarnation: str, last: int | None, head: str
) -> Break | None:
    """What is wrong with the newest number and digest that a host says of itself now.

    A number that is higher than what was told is on its way; one that the host could not read
    (None) says nothing.
    """
    if known is None or last is None:
        return None
    if incarnation != known.incarnation or last > known.last:
        return None
    if last < known.last:
        return Break.NUMBERS_BACK
    return Break.LINK_DIFFERS if head != known.head else None


def _begins_anew(known: EventChain, reached: EventChain) -> bool:
    return reached.incarnation != known.incarnation and reached.first == 1


def _links(known: EventChain, told: FileEvents) -> bool:
    """An empty stretch repeats the digest; one with events names it as the one before."""
    if told.last < told.first:
        return told.head == known.head
    return told.previous == known.head
