"""The list of suspicions, opened together with what this agent itself has sealed of them.

Whoever takes one from the list, or puts back an older list, is found by the sealed statements; what
was taken is written into the list again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from agent.daemon.app import App
from agent.daemon.work.integrity.event_names import WATCHED
from agent.daemon.work.sealed import sealed_suspicions
from agent.files.names import path_bytes
from agent.integrity.ransom.kept import Answer, Kept
from agent.integrity.ransom.rows import PURPOSE
from agent.integrity.ransom.store import SuspicionStore, open_suspicions
from agent.integrity.ransom.suspicion import Reason, Suspicion
from agent.state import gaps
from wire.integrity_messages import Suspicion as Told

_LOSS_SPEAKS = timedelta(days=30)  # then nothing of it can still be new


@contextmanager
def suspicions_of(app: App) -> Iterator[SuspicionStore]:
    with open_suspicions(
        app.home, app.keys.k_f, app.clock, lambda: sealed_of_suspicions(app)
    ) as store:
        yield store


def lost_at(app: App, within: timedelta = _LOSS_SPEAKS) -> datetime | None:
    """When the list was replaced because it was changed, damaged or gone; None: not lately."""
    since = app.clock.now() - within
    lost = [gap.at for gap in gaps.all_gaps(app.home) if gap.purpose == PURPOSE and gap.at >= since]
    return max(lost, default=None)


def sealed_of_suspicions(app: App) -> Iterator[Kept]:
    """What was sealed last of each suspicion, the newest first; who it was is not in it."""
    roots = {
        app.pseudonyms.of(WATCHED, path): path
        for path in (path_bytes(each.path) for each in app.config.integrity)
    }
    known: set[str] = set()
    for told in sealed_suspicions(app):
        if told.id not in known:
            known.add(told.id)
            yield _kept(told, roots.get(told.watched, b""))


def _kept(told: Told, watched: bytes) -> Kept:
    codes = frozenset(told.reasons)
    suspicion = Suspicion(
        id=told.id,
        watched=watched,
        at=told.at,
        since=told.since,
        latest=told.at,
        reasons=tuple(reason for reason in Reason if reason.value in codes),
        files=told.files,
    )
    answer = Answer(
        held=told.held,
        last_clean_at=told.last_clean_at,
        playbook=told.playbook,
        run_id=told.run_id,
    )
    if told.state == "open":
        return Kept(suspicion, 1, answer, 0)
    return Kept(suspicion, 1, answer, 1, dismissed_at=told.at, dismissed_by=told.person or "")
