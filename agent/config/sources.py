"""Where a dataset's data is taken from, and where it lives: always folders and files. Pure."""

from pathlib import Path

from agent.config.datasets import Dataset
from agent.config.home import Home


def sources(dataset: Dataset, home: Home) -> tuple[Path, ...]:
    """The folders and files that are saved; dumps lie in a private folder of the agent's own."""
    if dataset.paths:
        return dataset.paths
    if dataset.export is not None:
        return (dataset.export.path,)
    return (dump_folder(dataset.name, home),)


def originals(dataset: Dataset) -> tuple[Path, ...]:
    """Where on this host the data itself lives; a server's databases have no place of theirs."""
    if dataset.sqlite is not None:
        return dataset.sqlite.files
    if dataset.export is not None:
        return (dataset.export.path,)
    return dataset.paths


def dump_folder(name: str, home: Home) -> Path:
    """The proved dumps of one dataset, and nothing else."""
    return home.dumps / name
