"""How our snapshots are told apart inside a repository: by tags, which only its keys can read."""

from agent.restic.output import Snapshot
from recovery.retention import Kind, Listed

DATA = "lachan-data"
COMPANION = "lachan-manifest"
TAKEN = "lachan-retention"  # what the maintenance host removed, signed by it
CLEARANCE = "lachan-clearance"  # that nothing stands open at the protected server
_DATASET, _TREE = "dataset-", "tree-"


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


def listed_of(snapshot: Snapshot) -> Listed:
    """What retention needs to know; what bears tags of two kinds, or datasets, is none of ours."""
    tags = set(snapshot.tags or ())
    datasets = [tag.removeprefix(_DATASET) for tag in tags if tag.startswith(_DATASET)]
    kinds = tags & {DATA, COMPANION, TAKEN, CLEARANCE}
    kind, dataset, of_tree = Kind.FOREIGN, "", ""
    if kinds in ({TAKEN}, {CLEARANCE}):
        kind = Kind.NOTE
    elif len(datasets) == 1 and kinds in ({DATA}, {COMPANION}):
        kind = Kind.POINT if kinds == {DATA} else Kind.COMPANION
        (dataset,) = datasets
    if kind is Kind.COMPANION:
        of_tree = next((tag.removeprefix(_TREE) for tag in tags if tag.startswith(_TREE)), "")
    matched_by = frozenset(datasets) if DATA in tags else frozenset()
    return Listed(snapshot.id, snapshot.time, snapshot.tree, kind, dataset, of_tree, matched_by)
