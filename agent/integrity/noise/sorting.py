"""What an explainer says of changes: explained, to be waited for, or nothing of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.integrity.noise.questions import Question
from agent.integrity.seen import Seen


@dataclass(frozen=True, slots=True)
class Claim:
    """That something explains a change. Claims of one code and group are told as one event."""

    seen: Seen
    code: str  # of Event.explained_by
    group: tuple[object, ...] = ()
    explanation: str = ""  # of this change; the event's own is `whole`
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change about which more will be known, at the latest at this moment."""

    seen: Seen
    until: datetime


@dataclass(slots=True)
class Sorting:
    """The state of sorting changes: each is a claim, waits, or is left to others."""

    claims: list[Claim] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    rest: list[Seen] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def wait(self, seens: Iterable[Seen], until: datetime) -> None:
        self.waiting.extend(Waiting(seen, until) for seen in seens)

    def ask(self, questions: Iterable[Question], seens: Iterable[Seen], now: datetime) -> None:
        """They wait until these are answered; the edge answers as soon as it can."""
        self.questions.extend(questions)
        self.wait(seens, now)


def may_wait(seen: Seen, now: datetime, longest: timedelta) -> bool:
    """Whether it was seen less than so long ago. A clock that was set ends the wait at once."""
    return timedelta(0) <= now - seen.at < longest


def end_of_minute(moment: datetime) -> datetime:
    """When the minute is over in which it is."""
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


def by_path(seens: Iterable[Seen]) -> dict[bytes, list[Seen]]:
    """The changes of each path, oldest first."""
    found: dict[bytes, list[Seen]] = {}
    for seen in seens:
        found.setdefault(seen.change.path, []).append(seen)
    return found
