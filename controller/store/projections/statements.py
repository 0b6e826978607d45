"""What follows from the statements of agents."""

from sqlalchemy import Connection, bindparam, insert, update

from controller.store.projections.drills import project_drill
from controller.store.projections.entry import Logged, framed
from controller.store.projections.subjects import subjects
from controller.store.tables.statements import CHAIN, CURRENT_STATEMENT, MANIFEST
from controller.store.upsert import add_missing, upsert
from wire.chain import OPENING
from wire.codec import Decoded
from wire.header import Header
from wire.messages import Drill, Manifest

_ADVANCE = (  # made once: building a statement costs more than running it
    update(CHAIN)
    .where(CHAIN.c.agent == bindparam("of_agent"))
    .where(CHAIN.c.incarnation == bindparam("of_incarnation"))
    .values(sequence=bindparam("new_sequence"), head=bindparam("new_head"))
)


def project_statement(connection: Connection, entry: Logged, statement: Decoded) -> None:
    header, body = statement.header, statement.body
    extend_chain(connection, entry, header)
    upsert(
        connection,
        CURRENT_STATEMENT,
        [
            {
                "agent": header.agent,
                "kind": entry.kind,
                "subject": subject,
                "facility": entry.facility,
                "systems": framed(header.systems),
                "log_index": entry.log_index,
                "made_at": header.made_at,
            }
            for subject in subjects(entry.kind, body)
        ],
    )
    if isinstance(body, Manifest):
        _commit_manifest(connection, entry, header, body)
    if isinstance(body, Drill):
        project_drill(connection, entry, header, body)


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
