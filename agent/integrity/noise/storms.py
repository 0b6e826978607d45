"""Many changes by one program, or in one folder: the first one by one, then together. Pure.

Each keeps its place as a member, and the counts are exact. Together means: every few moments while
they come slowly, so that each is known within a second; once a minute, or when it is over, while
they come faster than anybody could read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.integrity.noise.context import Context, StormMemory
from agent.integrity.seen import Seen

NAMED = 20  # of one program, or in one folder, told one by one in a minute
_TOGETHER = timedelta(seconds=0.3)
_FAST = 200  # a second
_OVER = timedelta(seconds=2)  # nothing more came for so long
_MINUTE = timedelta(minutes=1)
_MOST = 5_000  # in one event, so that what waits fits into memory
_Key = tuple[object, ...]


@dataclass(slots=True)
class Stormy:
    """`alone` are told one by one, each of `together` as one event; the rest waits."""

    alone: list[Seen] = field(default_factory=list)
    together: list[list[Seen]] = field(default_factory=list)
    waiting: list[Seen] = field(default_factory=list)
    ask_again_at: datetime | None = None
    memory: StormMemory = field(default_factory=StormMemory)


def storms(seens: Sequence[Seen], context: Context) -> Stormy:
    """Sort what nothing explains."""
    minute = int(context.now.timestamp() // _MINUTE.total_seconds())
    known = context.storms
    told = dict(known.told) if known.minute == minute else {}
    found = Stormy()
    groups: dict[_Key, list[Seen]] = {}
    for seen in seens:
        program, folder = _program(seen), _folder(seen)
        crowded = program if told.get(program, 0) >= NAMED else folder
        if told.get(crowded, 0) >= NAMED:
            groups.setdefault(crowded, []).append(seen)
            continue
        found.alone.append(seen)
        told[program] = told.get(program, 0) + 1
        told[folder] = told.get(folder, 0) + 1
    for group in groups.values():
        _release(group, context.now, found)
    found.memory = StormMemory(minute, told)
    return found


def _release(group: list[Seen], now: datetime, found: Stormy) -> None:
    for start in range(0, len(group), _MOST):
        part = group[start : start + _MOST]
        due_at = _due_at(part)
        first = min(seen.at for seen in part)
        if len(part) == _MOST or not first <= now < due_at:  # or the clock was set
            found.together.append(part)
        else:
            found.waiting.extend(part)
            found.ask_again_at = min(due_at, found.ask_again_at or due_at)


def _due_at(group: Sequence[Seen]) -> datetime:
    """When it is told: soon, or when it is over."""
    moments = sorted(seen.at for seen in group)
    first, last = moments[0], moments[-1]
    span = max(last - first, _TOGETHER)
    if len(group) <= _FAST * span.total_seconds():
        return first + _TOGETHER
    return min(last + _OVER, first + _MINUTE)


def _program(seen: Seen) -> _Key:
    """One program of one person counts as one, however many processes it takes."""
    who = seen.who
    watched = seen.watched.path
    if who is None:
        return (watched, None)
    return (watched, who.uid, who.exe, who.session, who.client_user, who.client_address)


def _folder(seen: Seen) -> _Key:
    return (seen.watched.path, seen.change.path.rpartition(b"/")[0])
