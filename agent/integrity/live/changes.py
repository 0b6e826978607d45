"""Makes changes that were seen of the ledger's transitions and of what touched them."""

import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from agent.files.journal import Transition
from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind, Unseen
from agent.integrity.compare import judge
from agent.integrity.live.attribute import Touches, moment
from agent.integrity.live.roots import Roots
from agent.integrity.live.touch import UNKNOWN_NS
from agent.integrity.renames import join_renames
from agent.integrity.seen import Seen


def seen_of(
    transitions: Sequence[Transition], touches: Touches, roots: Roots, held: Mapping[bytes, int]
) -> tuple[Seen, ...]:
    """What is to be told of these transitions, oldest first.

    Args:
        transitions: in the order of their numbers.
        touches: what the kernel hinted at until now.
        roots: the watched paths.
        held: by watched path, until when it was watched without a break: what a look alone found
            there was still as before at this moment.
    """
    parts = _by_record(transitions)
    changes = [change for one in transitions for change in _changes_of(one)]
    joined = _join_told(join_renames(changes), touches)
    found = (_seen(change, _parts(change, parts), touches, roots, held) for change in joined)
    return _in_order(one for one in found if one is not None)


def _in_order(found: Iterable[Seen]) -> tuple[Seen, ...]:
    """By their moments, but each name's changes as the journal has them: the last is what is so."""
    latest: dict[bytes, datetime] = {}
    ordered: list[tuple[datetime, Seen]] = []
    for seen in found:
        names = {seen.change.path, seen.change.old_path or seen.change.path}
        at = max(seen.at, *(latest.get(name, seen.at) for name in names))
        latest |= dict.fromkeys(names, at)
        ordered.append((at, seen))
    return tuple(seen for _, seen in sorted(ordered, key=itemgetter(0)))


def _seen(
    change: Change,
    parts: tuple[Transition, ...],
    touches: Touches,
    roots: Roots,
    held: Mapping[bytes, int],
) -> Seen | None:
    """None: it belongs to no watched path any more, or is left out there."""
    root = roots.of(change.path)
    if root is None or roots.hidden(change.path):
        return None
    made = touches.of(change)
    numbers = tuple(sorted({part.number for part in parts}))
    if made.at is not None and made.touch is not None:
        waited = made.touch.since_ns
        since = None if waited is None else moment(waited)
        return Seen(change, root.watched, made.at, since, made.touch.who, numbers, made.others)
    at_ns = max(part.seen_at_ns for part in parts)
    since_ns = max(held.get(root.path, 0), *(part.since_at_ns for part in parts))
    if since_ns > at_ns:  # the clock was set back in between: the moment means another one now
        since_ns = UNKNOWN_NS
    return Seen(change, root.watched, moment(at_ns), moment(since_ns), None, numbers)


def _changes_of(transition: Transition) -> Iterator[Change]:
    """What nobody could look at is no change: a scan tells it as unseen."""
    if transition.after is None:
        if transition.before is not None:
            yield Change(Kind.REMOVED, transition.before, None)
        return
    for finding in judge(transition.before, transition.after):
        if not isinstance(finding, Unseen):
            yield finding


def _join_told(changes: Sequence[Change], touches: Touches) -> tuple[Change, ...]:
    """Join what was renamed and written to at once: the kernel has said the former name.

    `join_renames` has joined what kept its content.
    """
    removed = {
        change.path: change for change in changes if change.kind is Kind.REMOVED and change.before
    }
    joined: list[Change] = []
    gone: set[bytes] = set()
    for change in changes:
        origin = removed.get(touches.came_from(change.path) or b"") if removed else None
        if change.kind is Kind.ADDED and origin and _same_file(origin.before, change.after):
            gone.add(origin.path)
            joined.append(_renamed(origin.before, change.after))
        else:
            joined.append(change)
    if not gone:
        return tuple(joined)
    return tuple(
        change for change in joined if not (change.kind is Kind.REMOVED and change.path in gone)
    )


def _renamed(before: FileRecord | None, after: FileRecord | None) -> Change:
    same = before is not None and after is not None and before.sha256 == after.sha256
    return Change(Kind.RENAMED, before, after, () if same else ("content",))


def _same_file(before: FileRecord | None, after: FileRecord | None) -> bool:
    return (
        before is not None
        and after is not None
        and before.inode == after.inode
        and stat.S_IFMT(before.mode) == stat.S_IFMT(after.mode)
    )


def _by_record(transitions: Sequence[Transition]) -> dict[int, Transition]:
    """Transitions by each of their records: one path may stand in several of them."""
    sides = ((record, one) for one in transitions for record in (one.before, one.after))
    return {id(record): one for record, one in sides if record is not None}


def _parts(change: Change, by_record: Mapping[int, Transition]) -> tuple[Transition, ...]:
    records = (change.before, change.after)
    return tuple(by_record[id(record)] for record in records if record is not None)
