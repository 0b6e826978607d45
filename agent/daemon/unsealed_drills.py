"""Seals what a killed drill left unsaid: its result, or that it was begun and never ended."""

from msgspec.structs import replace

from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.daemon.work.drill_statement import statement
from agent.drills.journal import Drills, Unsealed
from agent.drills.rehearsal import Rehearsal
from wire.codec import decode_as, decode_statement, encode
from wire.envelope import peek_payload
from wire.messages import Drill

_LOOKED_AT = 100  # newest drill statements: a drill is settled before the next one begins


def keep(app: App, drills: Drills, held: Rehearsal) -> None:
    """Record the drill together with what is to be sealed, seal it, and forget that it waited."""
    body = statement(app.pseudonyms, held)
    drills.end(held.journal, encode(body))
    tell(app, body)
    drills.sealed(held.journal.drill_id)


def settle(app: App, drills: Drills) -> int:
    """Seal what killed drills left; say how many. Under the drills' lock: none is running."""
    waiting = drills.unsealed()
    said = _said(app) if waiting else frozenset()
    for each in waiting:
        if each.journal.drill_id not in said:
            _seal(app, drills, each)
        drills.sealed(each.journal.drill_id)
    return len(waiting)


def _seal(app: App, drills: Drills, unsealed: Unsealed) -> None:
    if unsealed.statement is not None:
        limit = len(unsealed.statement)  # its bounds are those of the envelope, seen when sealed
        tell(app, decode_as(Drill, unsealed.statement, limit_bytes=limit))
        return
    keep(app, drills, Rehearsal(replace(unsealed.journal, ended_at=app.clock.now())))


def _said(app: App) -> frozenset[str]:
    """Drills whose statement stands in the chain: a kill may come between seal and record."""
    bodies = (
        decode_statement(row.kind, peek_payload(row.raw)).body
        for row in app.outbox.latest("drill", _LOOKED_AT)
    )
    return frozenset(body.drill_id for body in bodies if isinstance(body, Drill))
