"""`lachan-agent check`: look at this host, and say what to mend first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from agent.checks.catalogue import CHECK_BY_ID
from agent.checks.model import Finding
from agent.cli import check_view
from agent.cli.documents import document
from agent.cli.options import Options
from agent.clock import SystemClock
from agent.config.home import Home
from agent.daemon import check_job
from agent.daemon.app import open_app
from agent.daemon.own_score import SystemScore, own_scores, worst
from agent.daemon.standing import Standing, standing
from agent.host import LocalHost
from texts.catalogue import tr
from texts.shell import emit_json, note, progress
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_
from wire.verdicts import CheckVerdict


@dataclass(frozen=True, slots=True)
class _Looked:
    """What one look found, and what it is worth where a level is known."""

    findings: tuple[Finding, ...]
    rows: Standing
    scores: tuple[SystemScore, ...]
    at: datetime


@click.command(help=N_("Check this host against its level."))
@click.option("--fresh", is_flag=True, help=N_("Collect slow facts now (takes minutes)."))
@click.option("--why", metavar="ID", help=N_("Everything about one check."))
@click.option("--all", "everything", is_flag=True, help=N_("Show everything, also what is good."))
@click.pass_obj
def command(options: Options, *, fresh: bool, why: str | None, everything: bool) -> int:
    if why is not None and why not in CHECK_BY_ID:
        raise click.BadParameter(tr(N_("there is no check {id}"), id=why), param_hint="--why")
    hindrance = _hindrance(options.home)
    with progress(tr(N_("Looking at this host"))):
        looked = _unrecorded(fresh=fresh) if hindrance else _recorded(options, fresh=fresh)
    findings = [one for one in looked.findings if why in {None, one.check}]
    if options.json:
        emit_json(_document(findings, looked))
    elif why is not None:
        check_view.show_why(findings[0], looked.rows)
    else:
        check_view.show(findings, looked.rows, everything=everything)
        check_view.show_scores(looked.scores)
    if hindrance:
        note(tr(hindrance))
    return exit_code(findings)


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


def _recorded(options: Options, *, fresh: bool) -> _Looked:
    app = open_app(options.home)
    try:
        look = check_job.run(app, fresh=fresh)
        now = app.clock.now()
        levels = tuple((system.regime, system.level) for system in app.judged_systems)
        rows = standing(options.home, levels)
        return _Looked(look.findings, rows, own_scores(app, rows, now), now)
    finally:
        app.close()


def _unrecorded(*, fresh: bool) -> _Looked:
    clock = SystemClock()
    findings = check_job.look_unrecorded(LocalHost(clock=clock), clock, fresh=fresh)
    return _Looked(findings, standing(None, ()), (), clock.now())


def exit_code(findings: Sequence[Finding]) -> int:
    """1 wins over 2: a known fault is more pressing than an unknown."""
    verdicts = {finding.verdict for finding in findings}
    if CheckVerdict.FAIL in verdicts:
        return WRONG
    return UNDECIDED if CheckVerdict.UNKNOWN in verdicts else GOOD


def _overall(findings: Sequence[Finding]) -> CheckVerdict:
    names = {WRONG: CheckVerdict.FAIL, UNDECIDED: CheckVerdict.UNKNOWN}
    return names.get(exit_code(findings), CheckVerdict.PASS)


def _document(findings: Sequence[Finding], looked: _Looked) -> dict[str, Any]:
    verdicts = [finding.verdict for finding in findings]
    return document(
        "lachan.check/1",
        looked.at,
        _overall(findings),
        results=[_result(finding, looked.rows) for finding in findings],
        summary={verdict.value: verdicts.count(verdict) for verdict in CheckVerdict},
        **_scored(looked.scores),
    )


def _scored(scores: tuple[SystemScore, ...]) -> dict[str, Any]:
    """The worst system's score stands for the host; each system has its own besides."""
    lowest = worst(scores)
    overall = {"score": lowest.value, "coverage": lowest.coverage} if lowest else {}
    systems = [
        {
            "code": one.system.code,
            "regime": one.system.regime,
            "level": one.system.level,
            "score": one.value,
            "coverage": one.coverage,
        }
        for one in scores
    ]
    return {**overall, "systems": systems}


def _result(finding: Finding, rows: Standing) -> dict[str, Any]:
    reason = {"reason": finding.reason} if finding.reason else {}
    return {
        "id": finding.check,
        "verdict": finding.verdict,
        "title": tr(CHECK_BY_ID[finding.check].title),
        "observed": finding.observed or finding.unreadable,
        "expected": finding.expected,
        "weight": rows.weight(finding.check),  # of its heaviest row, of all its rows
        "controls": [control.id for control in rows.controls.get(finding.check, ())],
        "remedy": CHECK_BY_ID[finding.check].remedy,
        "collected_at": finding.collected_at,
        **reason,
    }
