"""What was committed before a drill: what it is judged against, and where in the log that stands.

As much as is needed of it is kept beside the newest statements, so that whoever scores by them
judges the drill as the whole log does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from controller.store.projections.entry import Logged, understand
from controller.store.tables.log import LOG_ENTRY
from controller.store.tables.statements import MANIFEST
from wire.codec import Decoded
from wire.commitments import Commitments
from wire.header import Header
from wire.messages import Backup, Drill, Manifest

BASIS = "basis"  # in place of a kind: places that a drill's verdict rests on
_BATCH = 50


@dataclass(frozen=True, slots=True)
class _Said:
    log_index: int
    header: Header
    body: Manifest | Backup


@dataclass(frozen=True, slots=True)
class Basis:
    """`named_at`: where the drill's own commitment stands; None when there is none."""

    commitments: Commitments = field(default_factory=Commitments)
    named_at: int | None = None
    places: dict[str, int] = field(default_factory=dict)


def basis_of(connection: Connection, entry: Logged, header: Header, drill: Drill) -> Basis:
    """The first commitment under the drill's id, and all since the newest at its start."""
    own = (MANIFEST.c.agent == header.agent, MANIFEST.c.dataset == drill.dataset)
    if connection.execute(select(MANIFEST.c.first_index).where(*own).limit(1)).first() is None:
        return Basis()
    named_at = connection.execute(
        select(MANIFEST.c.first_index).where(*own, MANIFEST.c.manifest_id == drill.manifest_id)
    ).scalar_one_or_none()
    said = _since_newest(connection, entry, header, drill)
    if named_at is not None and all(each.log_index != named_at for each in said):
        said = sorted([*_said_at(connection, named_at), *said], key=lambda each: each.log_index)
    basis = Basis(Commitments(), named_at, _places(said, drill, named_at))
    for each in said:
        basis.commitments.add(each.header.made_at, each.body)
    return basis


def _since_newest(
    connection: Connection, entry: Logged, header: Header, drill: Drill
) -> list[_Said]:
    """Manifests and backups of the dataset, back to the newest manifest at the drill's start."""
    found: list[_Said] = []
    for each in _backwards(connection, header.agent, entry.log_index):
        if each.body.dataset != drill.dataset:
            continue
        found.append(each)
        if isinstance(each.body, Manifest) and each.header.made_at <= drill.started_at:
            break
    return found[::-1]


def _places(said: list[_Said], drill: Drill, named_at: int | None) -> dict[str, int]:
    """The entries that alone lead to the same verdict as all of them."""
    places = {} if named_at is None else {"named": named_at}
    newest: Manifest | None = None
    for each in said:
        if isinstance(each.body, Manifest):
            if each.header.made_at <= drill.started_at:
                newest, places["newest"] = each.body, each.log_index
            if each.body.manifest_id == drill.manifest_id:
                places["again"] = each.log_index
        elif newest is not None and _says_held(each.body, drill.site, newest):
            places["held"] = each.log_index
    return places


def _says_held(backup: Backup, site: str, manifest: Manifest) -> bool:
    return any(
        copy.site == site and copy.snapshot == manifest.snapshot and copy.read_back_at is not None
        for copy in backup.copies
    )


def _backwards(connection: Connection, agent: str, before: int) -> Iterator[_Said]:
    column = LOG_ENTRY.c
    query = select(LOG_ENTRY).where(column.agent == agent, column.kind.in_(("manifest", "backup")))
    while True:
        older = query.where(column.log_index < before).order_by(column.log_index.desc())
        rows = connection.execute(older.limit(_BATCH)).all()
        for row in rows:
            yield from _understood(row.log_index, row.kind, row.envelope)
        if len(rows) < _BATCH:
            return
        before = rows[-1].log_index


def _said_at(connection: Connection, log_index: int) -> Iterator[_Said]:
    row = connection.execute(select(LOG_ENTRY).where(LOG_ENTRY.c.log_index == log_index)).one()
    return _understood(row.log_index, row.kind, row.envelope)


def _understood(log_index: int, kind: str, envelope: bytes) -> Iterator[_Said]:
    content = understand(kind, envelope)
    if isinstance(content, Decoded) and isinstance(content.body, Manifest | Backup):
        yield _Said(log_index, content.header, content.body)
