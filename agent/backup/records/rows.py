"""What the rows of recovery.sqlite say."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, TypeVar

from wire.verdicts import Cause, Separation


@dataclass(frozen=True, slots=True)
class KnownRepository:
    """A repository that was made or opened once: it is never made again by itself."""

    site: str
    repository: str
    chunker: str


@dataclass(frozen=True, slots=True)
class Point:
    """A snapshot that was read back at a site, and its companion there, if it was read back too."""

    site: str
    snapshot: str
    dataset: str
    tree: str
    snapshot_at: datetime
    read_back_at: datetime
    companion: str | None = None
    companion_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ManifestRecord:
    """A commitment that was made."""

    manifest: str
    dataset: str
    tree: str
    root: str
    leaves: int
    bytes: int
    unproven: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """What a run found at its source. `devices` names the mounts it lay on.

    `accepted`: it was not as usual, and a person said that it is meant to be so.
    """

    dataset: str
    started_at: datetime
    source_cause: Cause | None
    files: int
    bytes: int
    devices: str
    accepted: bool = False


class KnownSeparation(NamedTuple):
    """The verdict of all pairs, when it was found, and which places it is about."""

    verdict: Separation
    measured_at: datetime
    places: str


def point_of(row: sqlite3.Row) -> Point:
    return Point(
        site=row["site"],
        snapshot=row["snapshot"],
        dataset=row["dataset"],
        tree=row["tree"],
        snapshot_at=datetime.fromisoformat(row["snapshot_at"]),
        read_back_at=datetime.fromisoformat(row["read_back_at"]),
        companion=row["companion"],
        companion_at=moment_or_none(row["companion_at"]),
    )


def manifest_of(row: sqlite3.Row) -> ManifestRecord:
    return ManifestRecord(
        manifest=row["manifest"],
        dataset=row["dataset"],
        tree=row["tree"],
        root=row["root"],
        leaves=row["leaves"],
        bytes=row["bytes"],
        unproven=row["unproven"],
        made_at=datetime.fromisoformat(row["made_at"]),
    )


def run_of(row: sqlite3.Row) -> Run:
    return Run(
        row["dataset"],
        datetime.fromisoformat(row["started_at"]),
        cause_of(row["source_cause"]),
        row["files"],
        row["bytes"],
        row["devices"],
        bool(row["accepted"]),
    )


class Acceptable(Protocol):
    """What a person may have accepted though it was not as usual."""

    @property
    def accepted(self) -> bool: ...


A = TypeVar("A", bound=Acceptable)


def since_accepted(newest_first: Iterable[A]) -> tuple[A, ...]:
    """What the next is compared with: the last that a person accepted, and what came after."""
    usual: list[A] = []
    for one in newest_first:
        usual.append(one)
        if one.accepted:
            break
    return tuple(usual)


def cause_of(text: str | None) -> Cause | None:
    return None if text is None else Cause(text)


def text_of(moment: datetime) -> str:
    """Fixed width, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def text_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else text_of(moment)


def moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
