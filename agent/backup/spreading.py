"""After the first site holds a point: commit to it, and bring both to the other sites."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from agent.backup import companion, copying
from agent.backup.companion import Notary, Subject
from agent.backup.course import Course
from agent.backup.records import ManifestRecord, Records
from agent.clock import Clock
from agent.restic.door import Restic
from agent.restic.parallel import together


@dataclass(frozen=True, slots=True)
class Committed:
    """The commitment to the point's tree, and its companion's id at the first site."""

    manifest: ManifestRecord
    companion: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """What is to be brought where."""

    first: Restic
    others: Sequence[Restic]
    subject: Subject


def commit_and_copy(
    notary: Notary, records: Records, clock: Clock, course: Course, spread: Spread
) -> Committed | None:
    """Copy the data while the manifest is made, then copy the companion.

    While the tree is the one that we committed to before, the old manifest and companion serve
    again: nothing is listed or written, and one copy brings all that is missing.
    """
    kept = _serving(records, spread)
    if kept is not None:
        _copy_all(course, spread, lambda site: _missing_at(records, spread, kept, site))
        return kept
    committed: list[Committed] = []

    def notarise() -> None:
        with course.phase("manifest"):
            made = course.attempt(
                spread.first.site,
                lambda: companion.commit(notary, spread.first, spread.subject, clock.now()),
            )
        if made is not None:
            committed.append(Committed(made.manifest, made.companion.id, fresh=True))

    data = spread.subject.snapshot.id

    def copy_data() -> None:
        _copy_all(course, spread, lambda _site: [data])

    together(spread.first.stopper, [notarise, copy_data])
    if not committed:
        return None
    records.add_manifest(committed[0].manifest)
    _copy_all(course, spread, lambda _site: [committed[0].companion])
    return committed[0]


def _serving(records: Records, spread: Spread) -> Committed | None:
    subject = spread.subject
    manifest = records.manifest_of(subject.dataset, subject.snapshot.tree)
    point = records.newest_point(subject.dataset, spread.first.site)
    known = copying.known_companion(point, subject.snapshot.tree)
    return None if manifest is None or known is None else Committed(manifest, known, fresh=False)


def _missing_at(records: Records, spread: Spread, kept: Committed, site: str) -> list[str]:
    point = records.newest_point(spread.subject.dataset, site)
    known = copying.known_companion(point, spread.subject.snapshot.tree)
    return [spread.subject.snapshot.id, *([] if known else [kept.companion])]


def _copy_all(course: Course, spread: Spread, ids_for: Callable[[str], list[str]]) -> None:
    """To all other sites at once; a site that has failed before in this run is left alone."""

    def bring(target: Restic) -> None:
        if course.usable(target.site):
            course.attempt_anywhere(
                lambda: copying.copy(target, spread.first, ids_for(target.site))
            )

    if spread.others:
        with course.phase("copy"):
            together(spread.first.stopper, [partial(bring, target) for target in spread.others])
