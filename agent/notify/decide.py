"""Which mail is due now: pure, by a clock that is passed in, from what was said before.

One cause is told at most every six hours, whatever it does in between. When it is over, that is
told once. What could not be sent stays owed, also when it is over meanwhile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from agent.notify.trouble import CRITICAL, GROWING, URGENT, Kind, Trouble

QUIET = timedelta(hours=6)  # between two mails about one cause
REMIND_LESSER = timedelta(hours=24)  # of what is not critical and still stands
PATIENCE = {  # one look that failed says nothing yet; a watcher that ended is started again
    Kind.COULD_NOT_WATCH: timedelta(minutes=5),
    Kind.NOT_WATCHED: timedelta(minutes=5),
}
_ORDER = {kind: place for place, kind in enumerate(Kind)}


class LastWord(StrEnum):
    """What the receivers believe because we said so."""

    NOTHING = "nothing"
    WRONG = "wrong"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Told:
    """One cause: how it is, and what was said of it."""

    trouble: Trouble
    since: datetime  # when this episode was first seen
    over_at: datetime | None = None  # None: it stands
    told_at: datetime | None = None  # the last mail that said it is wrong
    last_word: LastWord = LastWord.NOTHING
    owed: bool = False  # a mail about this episode was due and was not sent
    told_number: int | None = None  # how many the last mail told of

    @property
    def since_when(self) -> datetime:
        return self.trouble.since or self.since


Memory = Mapping[str, Told]


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says; `silent` counts what stands and was told before."""

    wrong: tuple[Told, ...] = ()
    good: tuple[Told, ...] = ()
    silent: int = 0


def look(memory: Memory, found: Iterable[Trouble], now: datetime) -> dict[str, Told]:
    """What is remembered after a look: new episodes begin, those that are gone are over."""
    standing = {trouble.name: trouble for trouble in found}
    seen = {name: _still(memory.get(name), trouble, now) for name, trouble in standing.items()}
    over = {
        name: told if told.over_at else replace(told, over_at=now)
        for name, told in memory.items()
        if name not in standing
    }
    together = {**seen, **over}
    return {name: _owing(told, now) for name, told in together.items() if _matters(told, now)}


def letter(memory: Memory) -> Letter | None:
    """The mail that is owed; None: nothing new is to be said."""
    owed = sorted((told for told in memory.values() if told.owed), key=_seriousness)
    if not owed:
        return None
    wrong = tuple(told for told in owed if told.over_at is None)
    good = tuple(told for told in owed if told.over_at is not None)
    standing = sum(told.over_at is None for told in memory.values())
    return Letter(wrong, good, standing - len(wrong))


def is_urgent(said: Letter) -> bool:
    """Whether it is mailed in quiet hours, with all that is owed besides."""
    return any(told.trouble.kind in URGENT for told in said.wrong)


def sent(memory: Memory, said: Letter, now: datetime) -> dict[str, Told]:
    """What is remembered once the mail has left this host."""
    wrong = {
        told.trouble.name: replace(
            told,
            told_at=now,
            last_word=LastWord.WRONG,
            owed=False,
            told_number=told.trouble.number,
        )
        for told in said.wrong
    }
    good = {
        told.trouble.name: replace(
            told, told_at=told.told_at or now, last_word=LastWord.GOOD, owed=False
        )
        for told in said.good
    }
    return {**memory, **wrong, **good}


def _still(told: Told | None, trouble: Trouble, now: datetime) -> Told:
    """It stands: goes on, or begins anew."""
    if told is None:
        return Told(trouble, now)
    if told.over_at is not None:
        return replace(told, trouble=trouble, since=now, over_at=None, owed=False)
    return replace(told, trouble=trouble)


def _matters(told: Told, now: datetime) -> bool:
    """What is over and said is remembered as long as it must be kept quiet."""
    settled = told.over_at is not None and not told.owed and told.last_word is not LastWord.WRONG
    return not settled or _within(told.told_at, QUIET, now)


def _owing(told: Told, now: datetime) -> Told:
    if told.over_at is not None:
        return replace(told, owed=told.owed or told.last_word is LastWord.WRONG)
    if _within(told.since, PATIENCE.get(told.trouble.kind, timedelta(0)), now):
        return told
    known = told.last_word is LastWord.WRONG and not _has_grown(told)
    lesser = told.trouble.kind not in CRITICAL and known
    quiet = REMIND_LESSER if lesser else QUIET
    return replace(told, owed=told.owed or not _within(told.told_at, quiet, now))


def _has_grown(told: Told) -> bool:
    """Whether there is more of it than the last mail said."""
    return told.trouble.kind in GROWING and (told.trouble.number or 0) > (told.told_number or 0)


def _within(moment: datetime | None, span: timedelta, now: datetime) -> bool:
    """Whether it was not longer ago; a clock that was set back makes nothing quiet for ever."""
    return moment is not None and timedelta(0) <= now - moment < span


def _seriousness(told: Told) -> tuple[int, str]:
    return _ORDER[told.trouble.kind], told.trouble.name
