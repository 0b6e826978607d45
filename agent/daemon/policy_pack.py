"""Which pack of policies is in force on this host, why another is not, and the owner's word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from agent.checks import runner
from agent.checks.model import Check, Finding
from agent.checks.pack_rules import Objection, judge_pack, private_places
from agent.clock import Clock
from agent.config.model import AcceptPacks
from agent.daemon.app import App
from agent.daemon.standing import OwnPolicies
from agent.facts.slow import PassingSlowFacts
from agent.files.public import PublicHost
from agent.library import DamagedPackError, NotInLibraryError, kept_pack, policy
from agent.state import gaps
from agent.uplink import policy_packs
from agent.uplink.policy_packs import PackMemory, remembered
from compliance import policy_pack
from compliance.errors import CatalogueError
from compliance.policy_pack import Pack
from wire.keys import PublicKey
from wire.messages import PackUse
from wire.orders import PolicyPack
from wire.pack_reasons import PackReason
from wire.verdicts import Regime

MOST_COUNTED = 100
_LEVELS = tuple((regime, level) for regime in Regime for level in range(1, 6))


@dataclass(frozen=True, slots=True)
class Judged:
    """A kept pack as this agent sees it now; `reason` is empty when it may be in force."""

    signed: PolicyPack
    pack: Pack | None
    checks: tuple[Check[Any], ...]
    objections: tuple[Objection, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class PackStanding:
    """The pack in force, the newest one, and why that is not the same."""

    in_force: Judged | None
    newest: Judged | None
    newest_version: int
    reason: str


def pack_standing(app: App) -> PackStanding:
    """Read and judge again what is kept: nothing is in force that was not looked at now."""
    known = remembered(app.memory)
    newest, damaged = _looked_at(app, known.newest)
    accepted, lost = (
        (newest, damaged) if known.accepted == known.newest else _looked_at(app, known.accepted)
    )
    reason = PackReason.DAMAGED if damaged or lost else _reason(app, known, newest)
    off = app.config.accept_packs is AcceptPacks.NO
    usable = None if off or accepted is None or accepted.reason else accepted
    return PackStanding(usable, newest, known.version, reason)


def own_policies(app: App) -> OwnPolicies | None:
    """What of the province's own counts on this host now."""
    judged = pack_standing(app).in_force
    if judged is None or judged.pack is None:
        return None
    return OwnPolicies(judged.pack, judged.checks)


def public_host(app: App) -> PublicHost:
    """The only door that a pack's checks get."""
    return PublicHost(app.clock, private_places(app.config, app.home))


def look_for_pack(
    checks: Sequence[Check[Any]], door: PublicHost, clock: Clock
) -> tuple[Finding, ...]:
    """Judge a pack's checks; a count tells no more than that there are many."""
    found = runner.run(checks, door, clock, PassingSlowFacts())
    return tuple(
        replace(finding, count=None if finding.count is None else min(finding.count, MOST_COUNTED))
        for finding in found
    )


def settle(app: App) -> None:
    """After each heartbeat: take what the owner lets in by itself, ask again for what was lost."""
    known = remembered(app.memory)
    newest, damaged = _looked_at(app, known.newest)
    _, lost = _looked_at(app, known.accepted)
    if damaged or lost:
        gaps.remember(app.home, gaps.StateGap("policy-pack", "damaged", "", app.clock.now()))
        policy_packs.ask_again(app.memory)
        return
    wanted = app.config.accept_packs is AcceptPacks.YES and known.accepted != known.newest
    if wanted and newest is not None and not newest.reason:
        policy_packs.accept(app.memory, app.home)


def pack_use(app: App) -> PackUse:
    """What the province may know of all this."""
    standing = pack_standing(app)
    return PackUse(
        accepts=app.config.accept_packs.value,
        in_force=standing.in_force.signed.version if standing.in_force else 0,
        newest=standing.newest_version,
        reason=standing.reason,
    )


def judge(signed: PolicyPack, now: datetime) -> Judged:
    """A signed pack by the agent's own rules.

    Args:
        signed: whose signature was checked.
        now: by the controller's clock, as well as we know it.
    """
    files: Mapping[str, str] = {file.name: file.text for file in signed.files}
    read = policy_pack.read(files)
    pack = read.pack
    if pack is None or read.problems or (pack.id, pack.version) != (signed.pack, signed.version):
        said = tuple(Objection(str(each.parameters["file"]), str(each)) for each in read.problems)
        return Judged(signed, None, (), said, PackReason.BAD_WORDS)
    unfit = _unfit(pack)
    if unfit:
        return Judged(signed, pack, (), unfit, PackReason.BAD_WORDS)
    rules = judge_pack(pack)
    if rules.objections:
        return Judged(signed, pack, (), rules.objections, PackReason.BAD_CHECKS)
    expired = PackReason.EXPIRED if signed.expires_at <= now else ""
    return Judged(signed, pack, rules.checks, (), expired)


def _unfit(pack: Pack) -> tuple[Objection, ...]:
    """The catalogues that are installed here may be others than the controller's."""
    try:
        for regime, level in _LEVELS:
            _ = _changed(pack, regime, level)
    except CatalogueError as error:
        return (Objection(pack.id, str(error)),)
    return ()


def _changed(pack: Pack, regime: Regime, level: int) -> bytes:
    try:
        return policy(pack, regime, level)
    except NotInLibraryError:
        return b""


def _looked_at(app: App, name: str) -> tuple[Judged | None, bool]:
    """A kept pack by its digest, and whether it was lost or changed."""
    membership = app.identity.membership
    if not name or membership is None:
        return None, False
    try:
        signed = kept_pack(app.home, name, PublicKey.from_base64(membership.order_key))
    except DamagedPackError:
        return None, True
    now = app.clock.now() + timedelta(seconds=app.outbox.clock_offset_s())
    return judge(signed, now), False


def _reason(app: App, known: PackMemory, newest: Judged | None) -> str:
    """Why the newest is not in force; empty when it is, or when there is none."""
    if newest is None:
        return ""
    if app.config.accept_packs is AcceptPacks.NO:
        return PackReason.SWITCHED_OFF
    if newest.reason or known.accepted == known.newest:
        return newest.reason
    declined = known.declined_version == known.version
    return PackReason.DECLINED if declined else PackReason.WAITING
