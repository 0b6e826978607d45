"""After the first site holds a point: commit to it, and bring both to the other sites."""

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from agent.backup import companion, copying, naming
from agent.backup.companion import Notary, Subject
from agent.backup.course import Course
from agent.backup.holding import Holding, ask
from agent.backup.records.records import ManifestRecord, Records
from agent.backup.repositories import Opened
from agent.backup.retention.taken import Trust
from agent.backup.sources.layout import Layout
from agent.backup.verification.persisting import persist
from agent.clock import Clock
from agent.restic import reading, saving
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.output import Node, Snapshot
from agent.restic.parallel import together
from agent.restic.saving import Saved


@dataclass(frozen=True, slots=True)
class Committed:
    """The commitment to the point's tree, and its companion's id at the first site.

    `at`: the sites that were given the companion, or are known to hold it.
    """

    manifest: ManifestRecord
    companion: str
    at: frozenset[str]
    fresh: bool
    at_first: Holding | None = None  # what the first site listed after the point was made


@dataclass(frozen=True, slots=True)
class Spread:
    """What is to be brought from where to where."""

    first: Opened
    others: Sequence[Opened]
    dataset: str
    layout: Layout
    saved: Saved

    @property
    def all(self) -> tuple[Opened, ...]:
        return (self.first, *self.others)


@dataclass(frozen=True, slots=True)
class Spreader:
    """What spreading needs besides."""

    notary: Notary
    records: Records
    clock: Clock
    course: Course
    trusts: Mapping[str, Trust] = field(default_factory=dict)  # by site: whose notes count

    def spread(self, spread: Spread) -> Committed | None:
        """Copy the data while the manifest is made and saved, then copy what is still missing."""
        made: list[Committed] = []

        def commit() -> None:
            with self.course.phase("manifest"):
                found = self.course.attempt(
                    spread.first.site.name,
                    lambda: persist((spread.first.restic,), lambda: self._commit(spread)),
                )
            if found is not None:
                made.append(found)

        def copy() -> None:
            self._copy(spread, spread.others, spread.saved.id, spread.saved.stored)

        together(spread.first.restic.stopper, [commit, copy])
        if not made:
            return None
        (committed,) = made
        if committed.fresh:
            self.records.add_manifest(committed.manifest)
        lacking = [one for one in spread.others if one.site.name not in committed.at]
        self._copy(spread, lacking, committed.companion)
        return committed

    def _copy(
        self, spread: Spread, targets: Sequence[Opened], snapshot: str, stored: int = 0
    ) -> None:
        """To all at once; a site that has failed before in this run is left alone.

        What the first site took is what the others will take, unless they lack older points too.
        """

        def bring(target: Opened) -> None:
            if not self.course.usable(target.site.name):
                return
            with self.course.work("copy", target.site.name) as meter:
                meter.expect(None, stored or None)
                self.course.attempt_anywhere(
                    lambda: copying.copy(
                        target.restic,
                        spread.first.restic,
                        [snapshot],
                        on_stored=lambda size: meter.tell(None, size),
                    )
                )
                if self.course.usable(target.site.name):  # files count once the point is there
                    meter.tell(spread.saved.summary.total_files_processed, stored)

        if targets:
            with self.course.phase("copy"):
                together(spread.first.restic.stopper, [partial(bring, one) for one in targets])

    def _commit(self, spread: Spread) -> Committed:
        """The commitment that already serves this tree, or a new one.

        While the tree is the one that we committed to before, the old manifest and companion
        serve again: nothing is listed or written.
        """
        restic = spread.first.restic
        if not spread.saved.summary.changed:
            holding = ask(restic, self.clock)
            point = holding.named(spread.saved.id)
            kept = self._serving(spread, point) if point else None
            if kept is not None:
                return replace(kept, at_first=holding)
        with reading.listed(restic, spread.saved.id) as (snapshot, nodes):
            kept = self._serving(spread, snapshot)
            if kept is not None:
                return kept
            return self._commit_anew(spread, snapshot, nodes)

    def _serving(self, spread: Spread, snapshot: Snapshot) -> Committed | None:
        held = {
            one.site.name: copying.known_companion(
                self.records.newest_point(spread.dataset, one.site.name), snapshot.tree
            )
            for one in spread.all
        }
        manifest = self.records.manifest_of(spread.dataset, snapshot.tree)
        known = held[spread.first.site.name]
        if manifest is None or known is None:
            return None
        at = frozenset(site for site, companion_id in held.items() if companion_id)
        return Committed(manifest, known, at, fresh=False)

    def _commit_anew(self, spread: Spread, snapshot: Snapshot, nodes: Iterable[Node]) -> Committed:
        subject = Subject(spread.dataset, spread.layout, snapshot)
        folder = companion.new_folder(self.notary, spread.dataset)
        try:
            manifest = companion.write(self.notary, nodes, subject, folder, self.clock.now())
            return self._save_companion(spread, folder, snapshot, manifest)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _save_companion(
        self, spread: Spread, folder: Path, snapshot: Snapshot, manifest: ManifestRecord
    ) -> Committed:
        """Save it at the first site, and at once at all that cut files as the first one does.

        Where that does not work it is copied afterwards; what counts is what is read back.
        """
        tags = naming.companion_tags(spread.dataset, snapshot.tree, manifest.manifest)
        sources = saving.Sources(folder, (".",), snapshot.hostname, tags)
        alike = [
            one
            for one in spread.others
            if one.known.chunker == spread.first.known.chunker and self.course.usable(one.site.name)
        ]
        works: list[Callable[[], str | None]] = [
            partial(_save_at, spread.first.restic, sources),
            *(partial(_try_to_save_at, one.restic, sources) for one in alike),
        ]
        first, *others = together(spread.first.restic.stopper, works)
        assert first is not None  # noqa: S101 - for the type checker: it raises otherwise
        at = {one.site.name for one, saved in zip(alike, others, strict=True) if saved}
        return Committed(manifest, first, frozenset({spread.first.site.name, *at}), fresh=True)


def _save_at(restic: Restic, sources: saving.Sources) -> str | None:
    return saving.save(restic, sources).id


def _try_to_save_at(restic: Restic, sources: saving.Sources) -> str | None:
    """None: it did not work; the copy that follows works, or says why not."""
    try:
        return saving.save(restic, sources).id
    except ResticError:
        return None
