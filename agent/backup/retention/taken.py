"""What the maintenance host says that it removed: signed with a key that no server holds.

Everybody with a key of the repository can write into it, so the repository's own encryption says
too little: who took over the protected server must not be able to explain what vanished.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import Struct

from agent.backup.naming import TAKEN
from agent.backup.records.records import Records
from agent.backup.retention import notes
from agent.backup.retention.notes import Desk
from agent.restic.door import Restic
from agent.restic.output import Snapshot
from recovery.retention import LEAST_POINTS
from wire.codec import decode_as
from wire.envelope import open_envelope, seal
from wire.errors import WireError
from wire.keys import PublicKey, SigningKey

_KIND = "retention_note"  # never a statement
NOT_SIGNED, OTHER_REPOSITORY, TOO_MUCH = "NOT_SIGNED", "OTHER_REPOSITORY", "TOO_MUCH"


class Taken(Struct, frozen=True):
    """Written before the removal. `frees`: packs that nothing needs vanish from now on, too."""

    repository: str
    decided_at: datetime
    snapshots: tuple[str, ...] = ()
    frees: bool = False


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose notes count, and what no note may explain, whoever signed it."""

    key: PublicKey
    needed: frozenset[str]


def leave(restic: Restic, desk: Desk, key: SigningKey, taken: Taken) -> None:
    """Say at the site itself what is about to go.

    Raises:
        ResticError: it could not be saved; nothing may go then.
    """
    notes.leave(restic, desk, TAKEN, seal(_KIND, msgspec.json.encode(taken), key))


def take_in(
    restic: Restic, listed: Sequence[Snapshot], records: Records, trust: Trust, now: datetime
) -> None:
    """Read the notes that were not read before; what a believed one names is no loss.

    Raises:
        ResticError: a note could not be read now; what it may explain is not known.
    """
    departures = records.departures(restic.site)
    before = departures.notes_read()
    for one in listed:
        if TAKEN not in (one.tags or ()) or one.id in before:
            continue
        raw = notes.read(restic, one.id)
        taken, problem = _judge(raw, records, restic.site, trust)
        departures.note_read(one.id, now, problem)
        if taken is not None:
            departures.decide(taken.snapshots, now, trust.key.keyid)
            if taken.frees:
                departures.prune_begun(now)


def _judge(raw: bytes, records: Records, site: str, trust: Trust) -> tuple[Taken | None, str]:
    try:
        opened = open_envelope(raw, {trust.key.keyid: trust.key})
        taken = decode_as(Taken, opened.payload)
    except WireError:
        return None, NOT_SIGNED
    known = records.repository(site)
    if opened.kind != _KIND or known is None or taken.repository != known.repository:
        return None, OTHER_REPOSITORY
    if never_to_go(records, site, trust.needed) & set(taken.snapshots):
        return None, TOO_MUCH
    return taken, ""


def never_to_go(records: Records, site: str, needed: frozenset[str]) -> frozenset[str]:
    """The newest three points of each dataset as this host knows them, and what it needs."""
    counted: dict[str, int] = {}
    newest: set[str] = set()
    for point in records.points("", site):
        counted[point.dataset] = counted.get(point.dataset, 0) + 1
        if counted[point.dataset] <= LEAST_POINTS:
            newest.add(point.snapshot)
    return frozenset(newest | needed)
