"""Whether something is to be done about suspicions and canaries: light enough for the daemon."""

from datetime import datetime, timedelta

from agent.config.model import YesNo
from agent.daemon.app import App
from agent.daemon.children import Children, agent_command
from agent.daemon.work.integrity.suspicions import suspicions_of
from agent.files.names import path_bytes
from agent.integrity.ransom.store import SuspicionStore

TRIED = "canaries_tried_at"  # fact: when they were made or removed last
_TRY_AGAIN = timedelta(hours=1)
_WORDS = ("run", "--job", "suspicion")


def watch(app: App, children: Children) -> None:
    """One turn of the daemon: a child does what is to be done, if anything is."""
    if due(app):
        children.run(agent_command(app.home, _WORDS))


def due(app: App) -> bool:
    with suspicions_of(app) as store:
        return any(kept.waits for kept in store.open()) or _tending_due(app, store)


def _tending_due(app: App, store: SuspicionStore) -> bool:
    """What could not be done is tried again every hour."""
    tried = app.memory.fact(TRIED)
    if tried and app.clock.now() - datetime.fromisoformat(tried) < _TRY_AGAIN:
        return False
    known = {canary.watched for canary in store.canaries()}
    wanted = {path_bytes(one.path) for one in app.config.integrity if one.canaries is YesNo.YES}
    return known != wanted
