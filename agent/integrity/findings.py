"""Gathers what a comparison says: exact counts, a bounded list, and a code for the review. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from agent.integrity.change import Change, Kind, Unseen
from agent.integrity.renames import join_renames

KEPT = 20_000  # changes, and things unseen, named one by one; the rest is only counted
_CODE_HEX = 16
_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Findings:
    """`review` is the same for the same changes to the same baseline, and for no others."""

    counts: dict[Kind, int]
    changes: tuple[Change, ...] = ()
    omitted: int = 0
    unreadable: int = 0
    unseen: tuple[Unseen, ...] = ()
    review: str = ""


NOTHING = Findings(dict.fromkeys(Kind, 0))


@dataclass(slots=True)
class Gathering:
    """The state of the gathering."""

    counts: Counter[Kind] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    unreadable: int = 0
    review: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def take(self, finding: Change | Unseen) -> None:
        if isinstance(finding, Unseen):
            self.unreadable += 1
            if len(self.unseen) < KEPT:
                self.unseen.append(finding)
            return
        self.counts[finding.kind] += 1
        self.review.update(_encode(_reviewed(finding)))
        if len(self.changes) < KEPT:
            self.changes.append(finding)


def gather(findings: Iterable[Change | Unseen], baseline_root: str) -> Findings:
    """Everything a scan found, with moved files told as such.

    Args:
        findings: the comparison's stream.
        baseline_root: what it was compared with; part of the review code.
    """
    gathering = Gathering()
    gathering.review.update(_encode(baseline_root))
    for finding in findings:
        gathering.take(finding)
    changes = join_renames(gathering.changes)
    moved = len(gathering.changes) - len(changes)
    counts = {kind: gathering.counts[kind] for kind in Kind}
    counts[Kind.ADDED] -= moved
    counts[Kind.REMOVED] -= moved
    counts[Kind.RENAMED] = moved
    return Findings(
        counts=counts,
        changes=changes,
        omitted=gathering.counts.total() - len(gathering.changes),
        unreadable=gathering.unreadable,
        unseen=tuple(gathering.unseen),
        review=gathering.review.hexdigest()[:_CODE_HEX],
    )


def _reviewed(change: Change) -> tuple[str, bytes, tuple[object, ...]]:
    """What a person approves: where, what happened, and what is there now. Not when."""
    after = change.after
    if after is None:
        return change.kind.value, change.path, ()
    now = (after.mode, after.uid, after.gid, after.size, after.sha256, after.attributes)
    return change.kind.value, change.path, now
