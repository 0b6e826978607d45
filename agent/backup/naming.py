"""How our snapshots are told apart inside a repository: by tags, which only its keys can read."""

from agent.restic.output import Snapshot

DATA = "lachan-data"
COMPANION = "lachan-manifest"


def data_tags(dataset: str) -> tuple[str, ...]:
    return (DATA, f"dataset-{dataset}")


def companion_tags(dataset: str, tree: str, manifest: str) -> tuple[str, ...]:
    return (COMPANION, f"dataset-{dataset}", f"tree-{tree}", f"manifest-{manifest}")


def is_data_of(snapshot: Snapshot, dataset: str) -> bool:
    return {DATA, f"dataset-{dataset}"} <= set(snapshot.tags or ())


def is_companion_of(snapshot: Snapshot, dataset: str, tree: str) -> bool:
    return {COMPANION, f"dataset-{dataset}", f"tree-{tree}"} <= set(snapshot.tags or ())


def holds_manifest(snapshot: Snapshot, manifest: str) -> bool:
    return {COMPANION, f"manifest-{manifest}"} <= set(snapshot.tags or ())
