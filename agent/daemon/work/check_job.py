"""Looks at this host under the checks' lock, seals what was found, and remembers it."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agent.checks import history, runner
from agent.checks.catalogue import CHECK_BY_ID, SLOW_FACTS
from agent.checks.model import Check, Finding
from agent.daemon.app import App
from agent.daemon.standing import Standing, standing
from agent.daemon.tell import tell
from agent.daemon.work.policy_pack import look_for_pack, own_policies, public_host
from agent.facts.slow import SlowFact, StoredSlowFacts, collect, is_due, open_slow_facts
from agent.state.lock import hold
from wire.messages import Findings, Result
from wire.privacy import Privacy

LOCK_WAIT_S = 30.0
OBSERVED_LIMIT = 2000  # of wire.privacy.Sentence

Checks = Sequence[Check[Any]]


@dataclass(frozen=True, slots=True)
class Look:
    """All findings of one look, what changed, and the sequence of the statement that holds it."""

    findings: tuple[Finding, ...]
    changes: tuple[history.Change, ...]
    sequence: int


def own_standing(app: App) -> Standing:
    """The rows of the levels of this host's systems."""
    levels = ((system.regime, system.level) for system in app.judged_systems)
    return standing(own_policies(app), levels)


def run(app: App, rows: Standing | None = None) -> Look:
    """Judge everything that this host's levels ask, and record it.

    Raises:
        BusyError: another check holds the lock for longer than half a minute.
    """
    rows = rows or own_standing(app)
    with hold(app.home, "check", wait_s=LOCK_WAIT_S):
        findings = look_at(app, rows.checks, rows)
        with history.open_history(app.home, app.clock) as past:
            changes = history.changes(past.recall(), findings)
            sequence = tell(app, statement(findings))
            past.record(findings, app.clock.now())
        return Look(findings, changes, sequence)


def look_at(app: App, checks: Checks, rows: Standing) -> tuple[Finding, ...]:
    """Judge only these; a part of a look is never recorded as if it were the whole.

    The province's own checks get a door of their own: to what every user of this host may read.
    """
    own = [check for check in checks if check in rows.own_checks]
    ours = [check for check in checks if check not in rows.own_checks]
    with _slow_facts(app) as store:
        found = runner.run(ours, app.host, app.clock, store)
        return (*found, *look_for_pack(own, public_host(app), app.clock))


def collect_due(app: App) -> int:
    """Collect the slow facts whose time has come; return how many. For the daemon."""
    with hold(app.home, "slow-facts", wait_s=LOCK_WAIT_S), _slow_facts(app) as store:
        due = [fact for fact in SLOW_FACTS if is_due(fact, store, app.clock.now())]
        for fact in due:
            collect(fact, app.host, app.clock, store)
    return len(due)


def collect_now(app: App, fact: SlowFact[Any]) -> None:
    """Collect one whether it is due or not; it is kept at once, so a stop loses only the next."""
    with hold(app.home, "slow-facts", wait_s=LOCK_WAIT_S), _slow_facts(app) as store:
        collect(fact, app.host, app.clock, store)


def slow_facts_of(checks: Iterable[Check[Any]]) -> tuple[SlowFact[Any], ...]:
    needed = {id(check.needs) for check in checks}
    return tuple(fact for fact in SLOW_FACTS if id(fact) in needed)


def statement(findings: tuple[Finding, ...]) -> Findings:
    """What may leave the host: verdicts, codes, and observations that are public."""
    return Findings(results=tuple(_result(finding) for finding in findings))


def _result(finding: Finding) -> Result:
    """Of the province's own checks nothing leaves that was observed, only how often."""
    known = CHECK_BY_ID.get(finding.check)
    public = known is not None and known.observed_is is Privacy.PUBLIC
    return Result(
        check=finding.check,
        verdict=finding.verdict,
        expected=finding.expected[:OBSERVED_LIMIT],
        collected_at=finding.collected_at,
        observed=finding.observed[:OBSERVED_LIMIT] if public else "",
        observed_count=finding.count,
        reason=finding.reason,
    )


@contextlib.contextmanager
def _slow_facts(app: App) -> Iterator[StoredSlowFacts]:
    with contextlib.closing(open_slow_facts(app.home, app.clock)) as store:
        yield store
