"""Which files' texts are kept, and when: at approval, and whenever one is seen to have changed."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.config.model import Watched, YesNo
from agent.files.ignore import Ignore
from agent.files.names import path_bytes
from agent.files.record import FileRecord
from agent.integrity.diff.errors import NotShownError
from agent.integrity.diff.masking import Naming, masked
from agent.integrity.diff.reading import LARGEST_BYTES, read_small_text
from agent.integrity.diff.versions import TextStore

MOST_AT_ONCE_BYTES = 8 << 20  # of texts of changed files


@dataclass(frozen=True, slots=True)
class Keeping:
    """What keeping texts needs; `watched` are the paths with `texts: yes`."""

    store: TextStore
    watched: tuple[Watched, ...]
    name: Naming
    now: Callable[[], datetime]


def kept_of(watched: Sequence[Watched]) -> tuple[Watched, ...]:
    return tuple(each for each in watched if each.texts is YesNo.YES)


def keep_paths(keeping: Keeping, paths: Iterable[bytes]) -> int:
    """Remember what these files hold now; how many were kept.

    What is gone, large or no text is passed over: its earlier versions stay. So is what is left
    once enough was read in one turn: whoever fills a share must not keep the daemon busy.
    """
    kept, left = 0, MOST_AT_ONCE_BYTES
    with keeping.store.together():
        for path in paths:
            if left > 0 and _is_meant(keeping.watched, path):
                length = _keep(keeping, path)
                kept, left = kept + (length is not None), left - (length or 0)
        keeping.store.tidy(keeping.now())
    return kept


def keep_approved(keeping: Keeping, records: Iterable[FileRecord]) -> int:
    """Remember the small text files of a state that was just approved; how many."""
    kept = 0
    with keeping.store.together():
        for record in records:
            if not record.is_file or record.size > LARGEST_BYTES or record.sha256 is None:
                continue
            if keeping.store.newest_sha256(record.path) != record.sha256:
                kept += _keep(keeping, record.path) is not None
            keeping.store.approve(record.path, record.sha256)
        keeping.store.tidy(keeping.now())
    return kept


def _keep(keeping: Keeping, path: bytes) -> int | None:
    """How long the text is; None: there is none to keep."""
    with contextlib.suppress(NotShownError):
        seen = read_small_text(path)
        text = masked(seen.text, path, keeping.name)
        keeping.store.keep(path, seen.sha256, text, keeping.now())
        return len(text)
    return None


def _is_meant(watched: Sequence[Watched], path: bytes) -> bool:
    for each in watched:
        root = path_bytes(each.path)
        if path.startswith(root + b"/") or path == root:
            return not Ignore(each.ignore, each.only).hides(path[len(root) + 1 :])
    return False
