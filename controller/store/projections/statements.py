"""What follows from the statements of agents."""

from collections.abc import Iterator

from msgspec import structs
from sqlalchemy import Connection, bindparam, insert, update

from controller.store.projections.basis import BASIS, Basis, basis_of
from controller.store.projections.drills import project_drill
from controller.store.projections.entry import Logged, framed
from controller.store.projections.file_watching import project_files
from controller.store.projections.subjects import SUFFIX, subjects
from controller.store.projections.watching import project_watched
from controller.store.tables.statements import CHAIN, CURRENT_STATEMENT, MANIFEST
from controller.store.upsert import Row, add_missing, upsert
from recovery.drill_verdict import logged_verdict
from wire.chain import OPENING
from wire.codec import Decoded
from wire.header import Header
from wire.messages import Body, Drill, Manifest

_ADVANCE = (  # made once: building a statement costs more than running it
    update(CHAIN)
    .where(CHAIN.c.agent == bindparam("of_agent"))
    .where(CHAIN.c.incarnation == bindparam("of_incarnation"))
    .values(sequence=bindparam("new_sequence"), head=bindparam("new_head"))
)


def project_statement(connection: Connection, entry: Logged, statement: Decoded) -> None:
    header, body = statement.header, statement.body
    extend_chain(connection, entry, header)
    project_watched(connection, entry, header, body)
    project_files(connection, entry, header, body)
    if isinstance(body, Manifest):
        _commit_manifest(connection, entry, header, body)
    if isinstance(body, Drill):
        _replace_drill(connection, entry, header, body)
    else:
        _replace(connection, entry, header, body)


def _replace(connection: Connection, entry: Logged, header: Header, body: Body) -> None:
    """It takes the place of the statements on its subjects."""
    rows = [_current(entry, header, subject) for subject in subjects(entry.kind, body)]
    upsert(connection, CURRENT_STATEMENT, rows)


def _replace_drill(connection: Connection, entry: Logged, header: Header, drill: Drill) -> None:
    """As its proof is worth; what it rests on is kept with it."""
    basis = basis_of(connection, entry, header, drill)
    worth = structs.replace(drill, verdict=logged_verdict(drill, basis.commitments.made))
    _replace(connection, entry, header, worth)
    upsert(connection, CURRENT_STATEMENT, list(_resting_on(entry, header, worth, basis)))
    project_drill(connection, entry, header, drill, basis)


def _resting_on(entry: Logged, header: Header, drill: Drill, basis: Basis) -> Iterator[Row]:
    for subject in subjects(entry.kind, drill):
        for name, log_index in basis.places.items():
            row = _current(entry, header, f"{subject}{SUFFIX}{name}")
            yield {**row, "kind": BASIS, "log_index": log_index}


def _current(entry: Logged, header: Header, subject: str) -> Row:
    return {
        "agent": header.agent,
        "kind": entry.kind,
        "subject": subject,
        "facility": entry.facility,
        "systems": framed(header.systems),
        "log_index": entry.log_index,
        "made_at": header.made_at,
    }


def extend_chain(connection: Connection, entry: Logged, header: Header) -> None:
    if entry.kind != OPENING:
        place = {"of_agent": header.agent, "of_incarnation": header.incarnation}
        connection.execute(
            _ADVANCE, {**place, "new_sequence": header.sequence, "new_head": entry.link}
        )
        return
    connection.execute(update(CHAIN).where(CHAIN.c.agent == header.agent).values(current=False))
    connection.execute(
        insert(CHAIN).values(
            agent=header.agent,
            incarnation=header.incarnation,
            facility=entry.facility,
            sequence=header.sequence,
            head=entry.link,
            opened_index=entry.log_index,
            current=True,
        )
    )


def _commit_manifest(
    connection: Connection, entry: Logged, header: Header, manifest: Manifest
) -> None:
    """The first commitment under an id counts: a later one cannot replace it."""
    row = {
        "agent": header.agent,
        "manifest_id": manifest.manifest_id,
        "dataset": manifest.dataset,
        "facility": entry.facility,
        "root": manifest.root,
        "leaves": manifest.leaves,
        "unproven": manifest.unproven,
        "snapshot_at": manifest.snapshot_at,
        "first_index": entry.log_index,
    }
    add_missing(connection, MANIFEST, [row])
