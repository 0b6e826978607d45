"""What becomes the baseline when reviewed changes are approved: those, and nothing else. Pure.

Everything that is not approved stays as it was approved before: also what could not be looked at,
and what the configuration leaves out by now.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from agent.files.names import key_of
from agent.files.record import FileRecord
from agent.integrity.change import Change, Kind, Unseen
from agent.integrity.events.event import Event
from agent.integrity.wishes import Part

_RENEWED = frozenset({"content", "type"})  # words of a change after which the old content is gone
Chosen = Callable[[Change], bool]


def chosen_by(part: Part, found: Sequence[Change], events: Iterable[Event]) -> Chosen:
    """Which of the changes are meant.

    Args:
        part: what the person named; nothing is everything.
        found: the scan's changes as they were shown: a moved file is one, and its old name goes
            with its new one.
        events: those that `part` names, with all that is folded into them.
    """
    if not part:
        return lambda _change: True
    roots = tuple(path.rstrip(b"/") for path in part.only)
    exact = {path for event in events for path in (event.path, event.old_path) if path}

    def named(path: bytes) -> bool:
        below = any(path == root or path.startswith(root + b"/") for root in roots)
        return below or path in exact

    for change in found:
        if change.kind is Kind.RENAMED and change.old_path:
            both = {change.path, change.old_path}
            exact |= both if any(map(named, both)) else set()
    return lambda change: named(change.path)


def accepted(
    approved: Iterable[FileRecord], findings: Iterable[Change | Unseen], chosen: Chosen
) -> Iterator[FileRecord]:
    """The new baseline, in order.

    Args:
        approved: the records of the baseline, in order.
        findings: of the comparison of `approved` with the present, in the same order.
        chosen: which changes are approved.
    """
    changes = (one for one in findings if isinstance(one, Change) and chosen(one))
    change = next(changes, None)
    for record in approved:
        key = key_of(record.path)
        while change is not None and key_of(change.path) < key:
            yield from _now(change)
            change = next(changes, None)
        if change is not None and change.path == record.path:
            yield from _now(change)
            change = next(changes, None)
        else:
            yield record
    while change is not None:
        yield from _now(change)
        change = next(changes, None)


def _now(change: Change) -> Iterator[FileRecord]:
    """What is there now. A content that could not be read now is still the approved one."""
    before, after = change.before, change.after
    if after is None:
        return
    if after.trouble and before is not None and not _RENEWED.intersection(change.what):
        after = replace(
            after,
            sha256=before.sha256,
            trouble=before.trouble,
            attributes=before.attributes,
            content=before.content,
        )
    yield after
