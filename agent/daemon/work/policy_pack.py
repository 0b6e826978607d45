"""Which packs of policies are in force on this host, and why others are not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from agent.checks import runner
from agent.checks.model import Check, Finding
from agent.checks.pack_rules import Objection, judge_pack, private_places
from agent.clock import Clock
from agent.config.model import AcceptPacks
from agent.daemon.app import App
from agent.daemon.standing import LEVELS, OwnPolicies
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

MOST_COUNTED = 100  # a count tells no more than that there are many
_GAP = "policy-pack"


@dataclass(frozen=True, slots=True)
class Judged:
    """A kept pack as this agent sees it now; `reason` is empty when it may be in force."""

    signed: PolicyPack
    pack: Pack | None
    checks: tuple[Check[Any], ...] = ()
    objections: tuple[Objection, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PackStanding:
    """One pack: what is in force of it, its newest version, and why the two are not the same."""

    id: str
    in_force: Judged | None
    newest: Judged | None
    newest_version: int
    reason: str


def pack_standings(app: App) -> tuple[PackStanding, ...]:
    """Read and judge again what is kept: nothing is in force that was not looked at now."""
    known = remembered(app.memory)
    return tuple(_standing(app, name, known[name]) for name in sorted(known))


def own_policies(app: App) -> OwnPolicies | None:
    """What of the province's own counts on this host now."""
    counting = [each.in_force for each in pack_standings(app) if each.in_force]
    packs = tuple(judged.pack for judged in counting if judged.pack)
    checks = tuple(check for judged in counting for check in judged.checks)
    return OwnPolicies(packs, checks) if packs else None


def public_host(app: App) -> PublicHost:
    """The only door that a pack's checks get."""
    return PublicHost(app.clock, private_places(app.config, app.home))


def look_for_pack(
    checks: Sequence[Check[Any]], door: PublicHost, clock: Clock
) -> tuple[Finding, ...]:
    found = runner.run(checks, door, clock, PassingSlowFacts())
    return tuple(
        replace(each, count=None if each.count is None else min(each.count, MOST_COUNTED))
        for each in found
    )


def settle(app: App) -> None:
    """After each heartbeat: let in what the owner lets in by itself, ask again for what is lost."""
    for name, known in remembered(app.memory).items():
        if not (_is_kept(app, known.newest) and _is_kept(app, known.accepted)):
            gaps.remember(app.home, gaps.StateGap(_GAP, "damaged", "", app.clock.now()))
            policy_packs.ask_again(app.memory, app.home, name)
        elif app.config.accept_packs is AcceptPacks.YES and known.accepted != known.newest:
            newest, _ = _looked_at(app, known.newest)
            if newest is not None and not newest.reason:
                policy_packs.accept(app.memory, app.home, name)


def pack_uses(app: App) -> tuple[PackUse, ...]:
    """What the province may know of all this."""
    return tuple(
        PackUse(
            pack=each.id,
            in_force=each.in_force.signed.version if each.in_force else 0,
            newest=each.newest_version,
            reason=each.reason,
        )
        for each in pack_standings(app)
    )


def judge(signed: PolicyPack) -> Judged:
    """A pack whose signature was checked, by the agent's own rules."""
    read = policy_pack.read({file.name: file.text for file in signed.files})
    pack = read.pack
    if pack is None or read.problems or (pack.id, pack.version) != (signed.pack, signed.version):
        said = tuple(Objection(str(each.parameters["file"]), str(each)) for each in read.problems)
        return Judged(signed, None, objections=said, reason=PackReason.BAD_WORDS)
    unfit = _unfit(pack)
    if unfit:
        return Judged(signed, pack, objections=unfit, reason=PackReason.BAD_WORDS)
    rules = judge_pack(pack)
    reason = PackReason.BAD_CHECKS if rules.objections else ""
    return Judged(signed, pack, rules.checks, rules.objections, reason)


def _standing(app: App, name: str, known: PackMemory) -> PackStanding:
    newest, damaged = _looked_at(app, known.newest)
    accepted, lost = newest, damaged
    if known.accepted != known.newest:
        accepted, lost = _looked_at(app, known.accepted)
    reason = PackReason.DAMAGED if damaged or lost else _reason(app, known, newest)
    off = app.config.accept_packs is AcceptPacks.NO
    in_force = None if off or accepted is None or accepted.reason else accepted
    return PackStanding(name, in_force, newest, known.version, reason)


def _looked_at(app: App, name: str) -> tuple[Judged | None, bool]:
    """A kept pack by its digest, and whether it was lost or changed."""
    membership = app.identity.membership
    if not name or membership is None:
        return None, False
    try:
        signed = kept_pack(app.home, name, PublicKey.from_base64(membership.order_key))
    except DamagedPackError:
        return None, True
    judged = judge(signed)
    now = app.clock.now() + timedelta(seconds=app.outbox.clock_offset_s())
    expired = not judged.reason and signed.expires_at <= now
    return replace(judged, reason=PackReason.EXPIRED) if expired else judged, False


def _is_kept(app: App, name: str) -> bool:
    membership = app.identity.membership
    if not name or membership is None:
        return True
    try:
        kept_pack(app.home, name, PublicKey.from_base64(membership.order_key))
    except DamagedPackError:
        return False
    return True


def _unfit(pack: Pack) -> tuple[Objection, ...]:
    """The catalogues that are installed here may be others than the controller's."""
    for level in LEVELS:
        try:
            policy((pack,), *level)
        except NotInLibraryError:
            continue
        except CatalogueError as error:
            return (Objection(pack.id, str(error)),)
    return ()


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
