"""Publish the province's own pack of policies: judged, signed, logged, in force at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from compliance.policy_pack import Pack
from controller.errors import PackProblemsError, WrongValueError
from controller.fleet.act import sealed_act, sealed_order
from controller.fleet.adopt_policies import adopt_within
from controller.fleet.province import CONTROLLER, Province
from controller.fleet.validate_policies import judged_pack
from controller.library import Shelf
from controller.store.engine import Connection
from controller.store.log import append
from controller.store.queries_packs import StoredPack, files_of, newest_pack
from wire.acts import PolicyPackPublished
from wire.chain import digest
from wire.codec import encode
from wire.log_entry import PROVINCE
from wire.orders import PACK_BYTES, POLICY_PACK, PolicyFile, PolicyPack

LIFE = timedelta(days=90)
RENEWED_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Published:
    """A pack in force, and the catalogues that it changed."""

    pack: Pack
    expires_at: datetime
    catalogues: tuple[str, ...]


def publish_pack(
    province: Province, by: str, files: Mapping[str, str], shelves: tuple[Shelf, ...]
) -> Published:
    """Sign a pack for all agents of the province, and score by it from now on.

    Raises:
        PackProblemsError: it is not in order; names everything that is wrong.
        WrongValueError: its version does not rise, its id is another, or it is too large.
    """
    pack, problems = judged_pack(files, shelves)
    if pack is None or problems:
        raise PackProblemsError(problems)
    now = province.now()
    signed = PolicyPack(
        province=province.config.province,
        pack=pack.id,
        version=pack.version,
        files=tuple(PolicyFile(name, files[name]) for name in sorted(files)),
        issued_at=now,
        expires_at=now + LIFE,
    )
    _demand_size(signed)
    with province.database.writing() as connection:
        _demand_newer(pack, newest_pack(connection))
        _log(province, connection, by, signed)
        changed = adopt_within(province, connection, by, shelves)
    return Published(pack, signed.expires_at, tuple(changed))


def pack_expires(connection: Connection, now: datetime) -> bool:
    """Whether the pack is to be signed again."""
    stored = newest_pack(connection)
    return stored is not None and stored.expires_at <= now + RENEWED_BEFORE


def renew_pack(province: Province, connection: Connection, now: datetime) -> None:
    """Sign the same version again if it expires soon, in the caller's transaction."""
    stored = newest_pack(connection)
    if stored is None or not pack_expires(connection, now):
        return
    files = files_of(connection, stored)
    again = PolicyPack(
        province=province.config.province,
        pack=stored.pack,
        version=stored.version,
        files=tuple(PolicyFile(name, text) for name, text in files.items()),
        issued_at=now,
        expires_at=now + LIFE,
    )
    _log(province, connection, CONTROLLER, again, reason="RENEWED")


def _log(
    province: Province, connection: Connection, by: str, signed: PolicyPack, reason: str = ""
) -> None:
    now = province.now()
    sealed = sealed_order(province, POLICY_PACK, signed, PROVINCE)
    act = PolicyPackPublished(
        pack=signed.pack,
        version=signed.version,
        envelope=digest(sealed.envelope),
        expires_at=signed.expires_at,
        reason=reason,
    )
    append(connection, [sealed, sealed_act(province, by, act, now)], now)


def _demand_newer(pack: Pack, newest: StoredPack | None) -> None:
    """Agents refuse what is not newer, and keep one pack: its names begin with one id for ever."""
    if newest is None:
        return
    if pack.id != newest.pack:
        raise WrongValueError(what="pack", value=pack.id, expected=newest.pack)
    if pack.version <= newest.version:
        expected = f"≥ {newest.version + 1}"
        raise WrongValueError(what="version", value=str(pack.version), expected=expected)


def _demand_size(signed: PolicyPack) -> None:
    size = len(encode(signed))
    if size > PACK_BYTES:
        raise WrongValueError(what="size", value=str(size), expected=f"≤ {PACK_BYTES}")
