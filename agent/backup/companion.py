"""Makes the companion of a data snapshot: the full manifest and its salts, in the repository."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from pathlib import Path

from agent.backup import companion_files
from agent.backup.joining import Join
from agent.backup.records.records import ManifestRecord
from agent.backup.sources.layout import Layout
from agent.files.ledger import Ledger
from agent.files.names import key_of
from agent.restic.output import Node, Snapshot
from recovery.manifest import new_manifest_id


@dataclass(frozen=True, slots=True)
class Notary:
    """What is needed to commit to a snapshot."""

    ledger: Ledger
    k_s: bytes
    entropy: Callable[[int], bytes]
    staging: Path  # a folder of our own; the manifest lies there only until it is saved

    def __repr__(self) -> str:
        return "Notary(…)"


@dataclass(frozen=True, slots=True)
class Subject:
    """The data snapshot to commit to, and how its tree was made from live folders."""

    dataset: str
    layout: Layout
    snapshot: Snapshot


def new_folder(notary: Notary, dataset: str) -> Path:
    """An empty folder to write a companion's files into."""
    folder = notary.staging / dataset
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def write(
    notary: Notary, nodes: Iterable[Node], subject: Subject, folder: Path, now: datetime
) -> ManifestRecord:
    """Join the snapshot's listing with the ledger and write the companion's files.

    The leaves are made while restic still lists.
    """
    manifest_id = new_manifest_id(notary.entropy)
    salt_key = companion_files.salt_key_of(notary.k_s, manifest_id)
    roots = [notary.ledger.entries(root) for root in subject.layout.roots]
    records = merge(*roots, key=lambda record: key_of(record.path)) if roots[1:] else roots[0]
    join = Join(nodes, records, subject.layout.prefix)
    commitment = companion_files.write_manifest(
        folder / companion_files.MANIFEST,
        join.proved(),
        salt_key,
        manifest_id,
    )
    unproven = join.files - commitment.leaves
    companion_files.write_salts(folder / companion_files.SALTS, salt_key, manifest_id)
    snapshot = subject.snapshot
    about = companion_files.About(
        manifest_id, subject.dataset, snapshot.tree, snapshot.id, snapshot.at, unproven
    )
    companion_files.write_about(folder / companion_files.ABOUT, about)
    return ManifestRecord(
        manifest=manifest_id,
        dataset=subject.dataset,
        tree=snapshot.tree,
        root=commitment.root.hex(),
        leaves=commitment.leaves,
        bytes=commitment.bytes,
        unproven=unproven,
        made_at=now,
    )
