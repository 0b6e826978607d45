"""Looks at this host under the checks' lock, and seals what was found."""

from dataclasses import dataclass

from agent.checks import runner
from agent.checks.catalogue import ALL, CHECK_BY_ID, SLOW_FACTS
from agent.checks.model import Finding
from agent.clock import Clock
from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.facts.slow import PassingSlowFacts, SlowFacts, collect, is_due, open_slow_facts
from agent.host import Host
from agent.state.lock import hold
from wire.messages import Findings, Result
from wire.privacy import Privacy

LOCK_WAIT_S = 30.0
OBSERVED_LIMIT = 2000  # of wire.privacy.Sentence


@dataclass(frozen=True, slots=True)
class Look:
    """All findings of one look, and the sequence of the statement that holds them."""

    findings: tuple[Finding, ...]
    sequence: int


def run(app: App, *, fresh: bool = False) -> Look:
    """Judge everything now; `fresh` collects the slow facts first.

    Raises:
        BusyError: another check holds the lock for longer than half a minute.
    """
    with hold(app.home, "check", wait_s=LOCK_WAIT_S):
        store = open_slow_facts(app.home, app.clock)
        try:
            if fresh:
                collect_slow(app.host, app.clock, store)
            findings = runner.run(ALL, app.host, app.clock, store)
        finally:
            store.close()
        return Look(findings, tell(app, statement(findings)))


def look_unrecorded(host: Host, clock: Clock, *, fresh: bool = False) -> tuple[Finding, ...]:
    """The same look where there is no agent's home to write into: nothing is sealed."""
    store = PassingSlowFacts()
    if fresh:
        collect_slow(host, clock, store)
    return runner.run(ALL, host, clock, store)


def collect_due(app: App) -> int:
    """Collect the slow facts whose time has come; return how many. For the daemon."""
    with hold(app.home, "slow-facts", wait_s=LOCK_WAIT_S):
        store = open_slow_facts(app.home, app.clock)
        try:
            due = [fact for fact in SLOW_FACTS if is_due(fact, store, app.clock.now())]
            for fact in due:
                collect(fact, app.host, app.clock, store)
        finally:
            store.close()
    return len(due)


def collect_slow(host: Host, clock: Clock, store: SlowFacts) -> None:
    for fact in SLOW_FACTS:
        collect(fact, host, clock, store)


def statement(findings: tuple[Finding, ...]) -> Findings:
    """What may leave the host: verdicts, codes, and observations that are public."""
    return Findings(results=tuple(_result(finding) for finding in findings))


def _result(finding: Finding) -> Result:
    public = CHECK_BY_ID[finding.check].observed_is is Privacy.PUBLIC
    return Result(
        check=finding.check,
        verdict=finding.verdict,
        expected=finding.expected,
        collected_at=finding.collected_at,
        observed=finding.observed[:OBSERVED_LIMIT] if public else "",
        observed_count=finding.count,
        reason=finding.reason,
    )
