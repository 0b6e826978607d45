"""One look for `check`: at this host as its agent, at this host without one, or at another root."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.checks import runner
from agent.checks.history import Change, Said, open_history
from agent.checks.model import Finding
from agent.cli.check.choice import Request, checks_of
from agent.clock import SystemClock
from agent.config.home import Home
from agent.daemon.app import App, open_app
from agent.daemon.own_score import SystemScore, own_scores
from agent.daemon.standing import Standing, every_level, judged_as, standing
from agent.daemon.work import check_job
from agent.daemon.work.policy_pack import own_policies
from agent.facts.slow import PassingSlowFacts, collect
from agent.host import LocalHost
from texts.catalogue import tr
from texts.shell import progress
from wire.text import N_
from wire.verdicts import Regime


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look found, and what it is worth where a level is known."""

    findings: tuple[Finding, ...]
    rows: Standing
    at: datetime
    scores: tuple[SystemScore, ...] = ()
    changes: tuple[Change, ...] = ()
    past: dict[str, Said] | None = None
    unrecorded: str = ""  # why it was not recorded


def look(home: Home, request: Request) -> Looked:
    """Do what was asked; a whole look of an agent's own host is recorded."""
    if request.root is not None:
        reason = N_("Nothing was recorded: this is another machine's root, not this host.")
        return _without_agent(request, request.root, reason)
    hindrance = _hindrance(home)
    if hindrance:
        return _without_agent(request, Path("/"), hindrance)
    app = open_app(home)
    try:
        return _as_agent(app, request)
    finally:
        app.close()


def _hindrance(home: Home) -> str:
    """Why this look cannot be recorded; empty when it can. Looking is allowed to everybody."""
    try:
        home.agent_yaml.stat()
        (home.secrets / "_").exists()  # raises where the folder may not be entered
    except FileNotFoundError:
        return N_("Nothing was recorded: there is no agent here yet (lachan-agent join).")
    except PermissionError:
        return N_("Nothing was recorded: only the agent's own user may, usually root.")
    return ""


def _as_agent(app: App, request: Request) -> Looked:
    own = check_job.own_standing(app)
    rows = (
        own
        if request.level is None
        else judged_as(own_policies(app), (Regime.ND331, request.level))
    )
    checks = checks_of(request, rows)
    if request.fresh:
        for fact in check_job.slow_facts_of(checks):
            with progress(_collecting(fact.name)):
                check_job.collect_now(app, fact)
    with open_history(app.home, app.clock) as history:
        past = history.recall()
    if request.whole:
        with progress(tr(N_("Looking at this host"))):
            done = check_job.run(app, rows)
        now = app.clock.now()
        scores = own_scores(app, rows, now)
        return Looked(done.findings, rows, now, scores, done.changes, past)
    findings = check_job.look_at(app, checks, rows)
    reason = N_("Nothing was recorded: a part, or another level's look, is not this host's own.")
    shown = every_level(own_policies(app)) if request.explain else rows
    return Looked(findings, shown, app.clock.now(), past=past, unrecorded=reason)


def _without_agent(request: Request, root: Path, reason: str) -> Looked:
    """Slow facts of another root are collected here and now: there is no daemon that does it."""
    clock = SystemClock()
    host = LocalHost(root, clock)
    rows = standing(None, ())
    if request.level is not None:
        rows = judged_as(None, (Regime.ND331, request.level))
    checks = checks_of(request, rows)
    slow = PassingSlowFacts()
    if request.fresh or request.root is not None:
        for fact in check_job.slow_facts_of(checks):
            with progress(_collecting(fact.name)):
                collect(fact, host, clock, slow)
    with progress(tr(N_("Looking at this host"))):
        findings = runner.run(checks, host, clock, slow)
    shown = every_level(None) if request.explain else rows
    return Looked(findings, shown, clock.now(), unrecorded=reason)


def _collecting(name: str) -> str:
    return tr(N_("Collecting {name}; it may take minutes"), name=name)
