"""The bytes of every catalogue that was ever adopted."""

from functools import lru_cache

from sqlalchemy import Connection, select

from compliance.catalogue import Catalogue, parse
from controller.store.tables.fleet import POLICY
from controller.store.tables.log import CATALOGUE
from controller.store.upsert import add_missing


@lru_cache(maxsize=16)
def _parsed(raw: bytes) -> Catalogue:
    """The same bytes give the same catalogue; reading YAML takes its time."""
    return parse(raw)


def keep_catalogue(connection: Connection, catalogue: Catalogue, raw: bytes) -> None:
    row = {"digest": catalogue.digest, "catalogue": catalogue.id, "raw": raw}
    add_missing(connection, CATALOGUE, [row])


def catalogue_bytes(connection: Connection, digest: str) -> bytes | None:
    query = select(CATALOGUE.c.raw).where(CATALOGUE.c.digest == digest)
    raw: bytes | None = connection.execute(query).scalar_one_or_none()
    return raw


def adopted_catalogues(connection: Connection) -> list[Catalogue]:
    """The catalogues in force."""
    query = (
        select(CATALOGUE.c.raw)
        .join(POLICY, POLICY.c.digest == CATALOGUE.c.digest)
        .order_by(POLICY.c.catalogue)
    )
    return [_parsed(raw) for raw in connection.execute(query).scalars()]
