"""Compare restored files with what was committed: size and SHA-256, and nothing besides."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from agent.files.restored import equals, read_restored
from recovery.manifest import Entry

_BATCH = 512
_THREADS = 2  # the files still lie in the page cache: more would only wait for each other


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came back. `present` files were there as regular files, whatever was in them."""

    present: int = 0
    equal: int = 0
    bytes: int = 0
    mismatches: int = 0

    def __add__(self, other: "Comparison") -> "Comparison":
        return Comparison(
            self.present + other.present,
            self.equal + other.equal,
            self.bytes + other.bytes,
            self.mismatches + other.mismatches,
        )


def compare_all(tree: Path, entries: Iterable[Entry]) -> Comparison:
    """Every committed file against the restored tree, on two threads."""
    total, source = Comparison(), iter(entries)
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="compare") as pool:
        while wave := list(islice(_batches(source), _THREADS * 4)):
            for part in pool.map(lambda batch: _compare_batch(tree, batch), wave):
                total += part
    return total


def count_files(tree: Path) -> int:
    """How many regular files the restored tree has, committed or not."""
    count, waiting = 0, [os.fsencode(tree)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    count += 1
    return count


def _batches(source: Iterator[Entry]) -> Iterator[list[Entry]]:
    while batch := list(islice(source, _BATCH)):
        yield batch


def _compare_batch(tree: Path, batch: list[Entry]) -> Comparison:
    present = equal = size = 0
    for entry in batch:
        content = read_restored(tree, entry.path)
        if content is not None:
            present += 1
            size += content.size
            equal += equals(content, entry)
    return Comparison(present, equal, size, len(batch) - equal)
