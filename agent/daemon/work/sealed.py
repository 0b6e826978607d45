"""What this agent has sealed, read back from its own chain and believed only with its signature.

A row of the outbox whose signature, place or kind is not the one that was sealed says nothing.
"""

from collections.abc import Iterator

from agent.daemon.app import App
from agent.integrity.events.event import Head
from agent.integrity.store import Link
from agent.uplink.chain_rows import Waiting
from wire.codec import decode_statement
from wire.envelope import open_envelope
from wire.errors import WireError
from wire.messages import Baseline, Body, FileEvents, IntegrityScan, Suspicion

_MOST_READ = 1_000  # baselines, looked through for the newest of each path
_MOST_LONG = 60  # of kinds that may be long


def sealed_roots(app: App) -> dict[str, str]:
    """Watched path's pseudonym -> root that counted when it was last spoken of.

    A scan names the root that it was compared with, long after the approval itself was sent and
    forgotten here.
    """
    roots: dict[str, str] = {}
    for body in _bodies(app, "baseline", "integrity"):
        watched, root = _root_in(body)
        if root:
            roots.setdefault(watched, root)
    return roots


def sealed_approvals(app: App) -> tuple[Link, ...]:
    """The sealed baselines of all paths, newest first."""
    return tuple(
        Link(body.number, body.root)
        for body in _bodies(app, "baseline")
        if isinstance(body, Baseline)
    )


def sealed_head(app: App) -> Head:
    """The end of the chain of events as it was told last."""
    newest = next(_bodies(app, "file_events"), None)
    return Head(newest.last, newest.head) if isinstance(newest, FileEvents) else Head()


def sealed_suspicions(app: App) -> Iterator[Suspicion]:
    """What was told of suspicions, newest first."""
    return (body for body in _bodies(app, "suspicion") if isinstance(body, Suspicion))


def _root_in(body: Body) -> tuple[str, str]:
    if isinstance(body, Baseline):
        return body.watched, body.root
    if isinstance(body, IntegrityScan) and not body.gaps:
        return body.watched, body.baseline or ""
    return "", ""


def _bodies(app: App, *kinds: str) -> Iterator[Body]:
    """Newest first. Inside an incarnation the signed sequence decides, not the place on disk."""
    rows = [
        row
        for kind in kinds
        for row in app.outbox.latest(kind, _MOST_READ if kind == "baseline" else _MOST_LONG)
    ]
    newest: dict[str, int] = {}
    for row in rows:
        newest[row.incarnation] = max(row.position, newest.get(row.incarnation, 0))
    rows.sort(key=lambda row: (newest[row.incarnation], row.sequence), reverse=True)
    bodies = (_body(app, row) for row in rows)
    return (body for body in bodies if body is not None)


def _body(app: App, row: Waiting) -> Body | None:
    """What was signed; None where the row is not what we sealed at this place."""
    public = app.identity.key.public
    try:
        opened = open_envelope(row.raw, {public.keyid: public})
        decoded = decode_statement(opened.kind, opened.payload)
    except WireError:
        return None
    place = (decoded.header.incarnation, decoded.header.sequence, opened.kind)
    return decoded.body if place == (row.incarnation, row.sequence, row.kind) else None
