"""What evidence makes of one row: its rule, asked of every host, and of the system as a whole."""

from msgspec.structs import replace

from compliance.answers import (
    Answer,
    HostState,
    Look,
    SystemLook,
    failed,
    join_all,
    join_any,
    not_known,
    state_of,
    unknown,
    worst_state,
)
from compliance.backup_codes import BACKUP_CODES
from compliance.catalogue import Control
from compliance.decisions import document_for
from compliance.fleet_codes import FLEET_CODES
from compliance.logged import HostEvidence
from compliance.reasons import Reason
from compliance.rules import Rule
from wire.verdicts import CheckVerdict, ControlState

_OF_A_HOST = frozenset({"checks", "backup"})


def judge(control: Control, look: SystemLook) -> HostState:
    """What a system's evidence makes of one control.

    The whole rule is asked of every host, and the worst host speaks for the system: where a
    row says `any`, one host may meet it in one way and the next in another. Documents and what
    the controller knows of the system as a whole are the same answer for every host.
    """
    if control.rule.mode == "nothing":
        return not_known(Reason.NOTHING_DECIDES)
    hosts = look.hosts if look.hosts and _asks_hosts(control.rule) else (None,)
    states = [_of_rule(control.rule, control.id, look, host) for host in hosts]
    found = _as_far_as_it_covers(control, worst_state(states))
    return _told_only(found) if control.informs_only else found


def _asks_hosts(rule: Rule) -> bool:
    return rule.mode in _OF_A_HOST or any(_asks_hosts(part) for part in rule.parts)


def _of_rule(rule: Rule, control: str, look: SystemLook, host: HostEvidence | None) -> HostState:
    if rule.mode == "attest":
        row = (look.system.system, control)
        return state_of(document_for(look.decisions, row, look.judged_at, rule.fresh_for))
    if rule.mode == "joined":
        parts = [_of_rule(part, control, look, host) for part in rule.parts]
    elif rule.mode == "fleet":
        parts = [_of_fleet(code, rule, look) for code in rule.codes]
    elif host is None:
        return not_known(Reason.NO_HOST)
    else:
        return _of_host(rule, Look(host, look.system.system, look.judged_at, rule.fresh_for))
    return join_any(parts) if rule.one_suffices else join_all(parts)


def _of_fleet(code: str, rule: Rule, look: SystemLook) -> HostState:
    """The system as a whole: the worst of its hosts, whichever host is asked about."""
    if not look.hosts:
        return not_known(Reason.NO_HOST)
    looks = [Look(host, look.system.system, look.judged_at, rule.fresh_for) for host in look.hosts]
    return worst_state([state_of(FLEET_CODES[code](each), each.host) for each in looks])


def _of_host(rule: Rule, look: Look) -> HostState:
    if rule.mode == "checks":
        parts = [_of_check(look, check) for check in rule.codes]
    else:
        parts = [state_of(BACKUP_CODES[code](look), look.host) for code in rule.codes]
    return join_any(parts) if rule.one_suffices else join_all(parts)


def _of_check(look: Look, check: str) -> HostState:
    seen = look.host.checks.get(check)
    if seen is None:
        return state_of(unknown(Reason.NEVER_SEEN), look.host)
    if not look.is_fresh(seen):
        return state_of(unknown(Reason.STALE, seen), look.host)
    verdict = seen.body.verdict
    if verdict is CheckVerdict.PASS:
        return HostState(ControlState.MET, Reason.GOOD, (seen,))
    if verdict is CheckVerdict.NOT_APPLICABLE:
        return state_of(Answer(verdict, Reason.DOES_NOT_APPLY, (seen,)))
    if verdict is CheckVerdict.UNKNOWN:
        return state_of(unknown(Reason.COULD_NOT_LOOK, seen), look.host)
    return state_of(failed(seen), look.host)


def _as_far_as_it_covers(control: Control, state: HostState) -> HostState:
    """Where the evidence proves a part of the duty only, all good is still only partly."""
    if control.whole or state.state is not ControlState.MET:
        return state
    return HostState(ControlState.PARTLY, Reason.PART_COVERED, state.seen)


def _told_only(found: HostState) -> HostState:
    """What is missing of a row that nobody can show in the standard is told, and no fault."""
    if found.state not in {ControlState.NOT_MET, ControlState.PARTLY}:
        return found
    return replace(found, state=ControlState.UNKNOWN, reason=Reason.RECOLLECTED)
