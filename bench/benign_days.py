"""Sixty days of ordinary work: each has office work and some of what is done in mass, mixed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from bench import benign_work as work
from bench.benign_work import Benign
from tests.agent.integrity.ransom.forms import seeded

MASS_WORK: tuple[Callable[[Benign], None], ...] = (
    *(work.photos_imported, work.photos_renamed, work.photos_made_smaller, work.dicom_arrives),
    *(work.pacs_encodes_anew, work.archives_grow, work.database_dumped, work.dumps_encrypted),
    *(work.folder_moved, work.pdfs_exported, work.documents_converted, work.code_built),
    *(work.tables_given_a_password, work.code_checked_out, work.web_built, work.logs_rotated),
    *(work.folder_packed_one_by_one, work.folder_packed_into_one, work.quarantined),
    *(work.disk_image_used, work.restic_in_the_share, work.rights_changed, work.mirrored),
    *(work.old_removed, work.brought_back, work.cache_churns, work.code_pages_changed),
    *(work.upload_breaks_off, work.pdfs_signed, work.database_in_use, work.awareness_leaflet),
    work.same_readme_everywhere,
)
_EACH_DAY = 3
_BETWEEN = timedelta(hours=2).total_seconds()
_NIGHT = timedelta(hours=14).total_seconds()


@dataclass(frozen=True)
class Day:
    """Office work, and what else is done."""

    works: tuple[Callable[[Benign], None], ...]

    @property
    def name(self) -> str:
        return ", ".join(one.__name__ for one in self.works)

    def run(self, day: Benign) -> None:
        work.office(day)
        for one in self.works:
            one(day)
            day.share.pass_by(_BETWEEN)
        day.share.pass_by(_NIGHT)


def days(count: int, seed: int) -> Iterator[Day]:
    """Everything comes at least once in eleven days; what meets what is chance."""
    source, waiting = seeded(seed), list[Callable[[Benign], None]]()
    for _ in range(count):
        while len(waiting) < _EACH_DAY:
            waiting += source.sample(MASS_WORK, len(MASS_WORK))
        yield Day(tuple(waiting.pop(0) for _ in range(_EACH_DAY)))
