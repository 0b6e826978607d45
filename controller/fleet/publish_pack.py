"""Publish one of the province's packs of policies: judged, signed, logged, in force at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from compliance import policy_pack
from compliance.policy_pack import Pack
from controller.errors import PackProblemsError, WrongValueError
from controller.fleet.act import sealed_act, sealed_order
from controller.fleet.adopt_policies import adopt_within
from controller.fleet.province import CONTROLLER, Province
from controller.fleet.validate_policies import judged_pack
from controller.library import Shelf
from controller.store.engine import Connection
from controller.store.log import append
from controller.store.queries_packs import (
    StoredPack,
    files_of,
    newest_packs,
    packs_in_force,
)
from wire.acts import PolicyPackPublished
from wire.chain import digest
from wire.codec import LIMIT_BYTES
from wire.log_entry import PROVINCE
from wire.orders import (
    MOST_PACKS,
    PACK_BYTES,
    PACK_FILE_CHARACTERS,
    PACK_FILES,
    POLICY_PACK,
    PolicyFile,
    PolicyPack,
)

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
        WrongValueError: its version does not rise, there are too many packs, or it is too large.
    """
    with province.database.writing() as connection:
        known = newest_packs(connection)
        others = [each for each in packs_in_force(connection) if each.id != _id_of(files)]
        pack, problems = judged_pack(files, shelves, others)
        if pack is None or problems:
            raise PackProblemsError(problems)
        _demand_newer(pack, known)
        _demand_size(files)
        signed = _signed_now(province, (pack.id, pack.version), files)
        _log(province, connection, by, signed)
        changed = adopt_within(province, connection, by, shelves)
    return Published(pack, signed.expires_at, tuple(changed))


def packs_expire(connection: Connection, now: datetime) -> bool:
    """Whether one of them is to be signed again."""
    return any(_expires(stored, now) for stored in newest_packs(connection))


def renew_packs(province: Province, connection: Connection, now: datetime) -> None:
    """Sign the same versions again that expire soon, in the caller's transaction."""
    for stored in newest_packs(connection):
        if _expires(stored, now):
            files = files_of(connection, stored)
            again = _signed_now(province, (stored.pack, stored.version), files)
            _log(province, connection, CONTROLLER, again, reason="RENEWED")


def _expires(stored: StoredPack, now: datetime) -> bool:
    return stored.expires_at <= now + RENEWED_BEFORE


def _id_of(files: Mapping[str, str]) -> str:
    read = policy_pack.read(files)
    return read.pack.id if read.pack else ""


def _signed_now(province: Province, pack: tuple[str, int], files: Mapping[str, str]) -> PolicyPack:
    now = province.now()
    name, version = pack
    return PolicyPack(
        province=province.config.province,
        pack=name,
        version=version,
        files=tuple(PolicyFile(each, files[each]) for each in sorted(files)),
        issued_at=now,
        expires_at=now + LIFE,
    )


def _log(
    province: Province, connection: Connection, by: str, signed: PolicyPack, reason: str = ""
) -> None:
    now = province.now()
    sealed = sealed_order(province, POLICY_PACK, signed, PROVINCE)
    if len(sealed.envelope) > LIMIT_BYTES:  # else no heartbeat could be answered any more
        expected = f"≤ {LIMIT_BYTES}"
        raise WrongValueError(what="size", value=str(len(sealed.envelope)), expected=expected)
    act = PolicyPackPublished(
        pack=signed.pack,
        version=signed.version,
        envelope=digest(sealed.envelope),
        expires_at=signed.expires_at,
        reason=reason,
    )
    append(connection, [sealed, sealed_act(province, by, act, now)], now)


def _demand_newer(pack: Pack, known: tuple[StoredPack, ...]) -> None:
    """Agents refuse what is not newer, and more packs than they keep."""
    newest = next((stored for stored in known if stored.pack == pack.id), None)
    if newest is None and len(known) >= MOST_PACKS:
        expected = " ".join(stored.pack for stored in known)
        raise WrongValueError(what="pack", value=pack.id, expected=expected)
    if newest is not None and pack.version <= newest.version:
        expected = f"≥ {newest.version + 1}"
        raise WrongValueError(what="version", value=str(pack.version), expected=expected)


def _demand_size(files: Mapping[str, str]) -> None:
    for text in files.values():
        if len(text) > PACK_FILE_CHARACTERS:
            expected = f"≤ {PACK_FILE_CHARACTERS}"
            raise WrongValueError(what="size", value=str(len(text)), expected=expected)
    size = sum(len(text.encode()) for text in files.values())
    if size > PACK_BYTES or len(files) > PACK_FILES:
        value, expected = f"{size} ({len(files)})", f"≤ {PACK_BYTES} ({PACK_FILES})"
        raise WrongValueError(what="size", value=value, expected=expected)
