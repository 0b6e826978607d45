"""Brings back what a site has lost, or holds damaged, from another site.

The sites' master keys differ, so no pack can be taken over as it is. What is proved bad is moved
aside, the index is made anew without it, and snapshots are copied again from the other site:
restic then sends exactly the blobs that are missing. It would pass over snapshots that are there
already, but looks for those only under the host name that it is given; so it is given nobody's.
"""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.clock import Clock
from agent.restic import checking, indexing, locks, reading
from agent.restic.door import LONG_S, Job, Restic
from agent.restic.errors import ResticError
from wire.verdicts import Cause

_NOBODY = "lachan-nobody"
_MOST_AT_ONCE = 128
_KEPT = ("index", "snapshots")


@dataclass(frozen=True, slots=True)
class Patient:
    """A site with damage. `folder`: its repository, where this host can reach into it."""

    restic: Restic
    folder: Path | None
    evidence: Path  # what is moved aside, and index and snapshots as they were


@dataclass(frozen=True, slots=True)
class Treated:
    """What was done. That it helped is for a full reading to say."""

    aside: tuple[str, ...]  # packs
    copied: int  # snapshots


def treat(patient: Patient, donors: Sequence[Restic], suspects: Sequence[str]) -> Treated:
    """Move bad packs aside, index the rest, fetch what is missing from the other sites.

    Raises:
        ResticError: REPOSITORY_DAMAGED, with what a person has to do: nobody has what is
            missing, or bad packs lie where only the site's own people may move them.
    """
    need = locks.Need((patient.restic,), exclusive=True)
    _keep(patient)
    aside = tuple(_moved_aside(patient, suspects))
    locks.past_locks(need, lambda: indexing.rebuild(patient.restic))
    return Treated(aside, _bring_back(patient.restic, donors))


def _keep(patient: Patient) -> None:
    """Index and snapshots as they were before anything is changed."""
    if patient.folder is None:  # an append-only site keeps them itself
        return
    patient.evidence.mkdir(mode=0o700, parents=True)
    for name in _KEPT:
        shutil.copytree(patient.folder / name, patient.evidence / name)


def _moved_aside(patient: Patient, suspects: Sequence[str]) -> Iterator[str]:
    """Only what is proved bad by its own bytes: a bad link makes good packs look bad."""
    for pack in suspects:
        if patient.folder is None:
            raise _for_the_site(patient.restic.site, pack)
        file = patient.folder / "data" / pack[:2] / pack
        if not file.exists() or _sha256(file) == pack:
            continue
        shutil.move(file, patient.evidence / pack)
        yield pack


def _for_the_site(site: str, pack: str) -> ResticError:
    return ResticError(
        Cause.REPOSITORY_DAMAGED,
        site=site,
        verb="heal",
        says=f"there, move data/{pack[:2]}/{pack} out of the repository and run"
        " `restic rebuild-index` with the maintenance key; what is missing then comes by itself",
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _bring_back(restic: Restic, donors: Sequence[Restic]) -> int:
    """Copy until nothing is missing: the newest snapshots first, then ever more at once."""
    trouble = _missing(restic)
    copied = 0
    for donor in donors:
        for ids in _portions(_newest_first(donor)):
            if trouble is None:
                return copied
            _copy_again(restic, donor, ids)
            copied += len(ids)
            trouble = _missing(restic)
    if trouble is not None:
        raise trouble
    return copied


def _missing(restic: Restic) -> ResticError | None:
    """Whether every snapshot's trees and blobs are in the index, and all packs there."""
    need = locks.Need((restic,), exclusive=True)
    try:
        locks.past_locks(need, lambda: checking.structure(restic))
    except ResticError as error:
        if error.cause is not Cause.REPOSITORY_DAMAGED:
            raise
        return error
    return None


def _newest_first(donor: Restic) -> list[str]:
    found = sorted(reading.snapshots(donor), key=lambda one: one.at, reverse=True)
    return [one.id for one in found]


def _portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    begin, size = 0, 2  # a point and its companion
    while begin < len(ids):
        yield ids[begin : begin + size]
        begin, size = begin + size, min(size * 2, _MOST_AT_ONCE)


def _copy_again(restic: Restic, donor: Restic, ids: Sequence[str]) -> None:
    job = Job(("copy", "--host", _NOBODY, *ids), timeout_s=LONG_S, source=donor.repository)
    locks.past_locks(locks.Need((restic, donor)), lambda: restic.run(job))


def evidence_folder(state: Path, site: str, clock: Clock) -> Path:
    """A new folder each time: evidence is never written over."""
    return state / "evidence" / site / f"{clock.now():%Y%m%dT%H%M%S.%fZ}"
