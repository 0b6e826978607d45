"""Keeps the texts of small files where the owner wants it: after approvals, after changes."""

import logging
from collections.abc import Iterable

from agent.config.model import Watched
from agent.daemon.app import App
from agent.files.record import FileRecord
from agent.integrity.diff.errors import TextsWriteError
from agent.integrity.diff.keeping import Keeping, keep_approved, keep_paths, kept_of
from agent.integrity.diff.masking import naming
from agent.integrity.diff.versions import open_texts

log = logging.getLogger("lachan.agent")


def keep_texts(app: App, paths: Iterable[bytes]) -> int:
    """After changes were seen: remember what these files hold now, where the owner wants it."""
    watched = kept_of(app.config.integrity)
    if not watched:
        return 0
    with open_texts(app.home, app.clock) as store:
        name = naming(app.keys.k_f)
        return keep_paths(Keeping(store, watched, name, app.clock.now), paths)


def keep_approved_texts(app: App, watched: Watched, records: Iterable[FileRecord]) -> int:
    """After an approval, which stands whatever becomes of the texts."""
    if not kept_of((watched,)):
        return 0
    try:
        with open_texts(app.home, app.clock) as store:
            name = naming(app.keys.k_f)
            return keep_approved(Keeping(store, (watched,), name, app.clock.now), records)
    except TextsWriteError as error:
        log.warning("%s", error)
        return 0
