"""What a home with a past has suspected: told, answered, dismissed; with canaries and signs."""

from datetime import datetime, timedelta

import msgspec

from agent.config.model import Watched
from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.daemon.work.integrity.event_names import Telling
from agent.daemon.work.integrity.suspicion_statement import suspicion_statement
from agent.daemon.work.integrity.suspicion_watch import said
from agent.files.names import path_bytes
from agent.integrity.ransom.canary import Canary
from agent.integrity.ransom.kept import Answer, Kept
from agent.integrity.ransom.sign import Sign
from agent.integrity.ransom.store import SuspicionStore
from agent.integrity.ransom.suspicion import Reason, Suspicion
from bench.tampering_target import Target, opened

_DISMISSED_AFTER = 2  # steps


def suspect(app: App, store: SuspicionStore, step: int) -> None:
    """One suspicion more, which is told, answered, and dismissed two days later."""
    now = app.clock.now()
    for watched in app.config.integrity:
        root = path_bytes(watched.path)
        store.add_canary(Canary(b"%b/.ma-so-%d.docx" % (root, step), root, bytes(32)), now)
        store.keep_signs({root: [_sign(root, now, number) for number in range(step)]}, step)
    told = _suspicion(app.config.integrity[step % 2], now, step)
    _tell(app, store.put(told))
    store.keep_answer(told.id, Answer(held=True, clean_known=True, last_clean_at=now))
    if step >= _DISMISSED_AFTER:
        former = f"suspicion-{step - _DISMISSED_AFTER}"
        store.dismiss(former, "uid:1001", "nén tệp", now)
        kept = store.of(former)
        if kept is not None:
            _tell(app, kept)


def dismiss_all(target: Target) -> None:
    """Every suspicion looks as if a person had said that it was nothing."""
    with opened(target.file) as connection:
        query = "SELECT name, body FROM kept WHERE kind = 'suspicion'"
        for name, body in connection.execute(query).fetchall():
            kept = msgspec.msgpack.decode(body, type=Kept)
            done = msgspec.structs.replace(kept, dismissed_at=kept.suspicion.at, answered=99)
            row = (msgspec.msgpack.encode(done), name)
            connection.execute("UPDATE kept SET body = ? WHERE name = ?", row)


def believed(store: SuspicionStore) -> object:
    """All that the list says."""
    watched = {canary.watched for canary in store.canaries_ever()}
    signs = [store.signs(path) for path in sorted(watched)]
    return store.all(1_000), store.canaries_ever(), signs, store.judged()


def _suspicion(watched: Watched, now: datetime, step: int) -> Suspicion:
    root = path_bytes(watched.path)
    return Suspicion(
        id=f"suspicion-{step}",
        watched=root,
        at=now,
        since=now - timedelta(minutes=1),
        latest=now,
        reasons=(Reason.MAGIC_LOST,),
        files=20 + step,
        samples=(b"%b/%d.docx" % (root, step),),
    )


def _sign(root: bytes, now: datetime, number: int) -> Sign:
    at = now.timestamp()
    return Sign(b"%b/%d.docx" % (root, number), Reason.MAGIC_LOST, at, at, None)


def _tell(app: App, kept: Kept) -> None:
    watched = next(
        one for one in app.config.integrity if path_bytes(one.path) == kept.suspicion.watched
    )
    telling = Telling(app.pseudonyms, str)
    tell(app, suspicion_statement(telling, watched, kept.suspicion, said(kept, kept.answer)))
