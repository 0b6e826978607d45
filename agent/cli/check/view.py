"""What a look at the host says to a tired admin: what is wrong, why it matters, how to mend it."""

import textwrap
from collections.abc import Sequence
from itertools import groupby

import click

from agent.checks.model import Finding
from agent.cli.check.lines import INDENT, bold, faint, field, wrapped
from agent.cli.check.words import knowable_by, reason_words
from agent.daemon.own_score import SystemScore
from agent.daemon.standing import Standing
from agent.facts.slow import SlowFact
from texts.catalogue import said, tr
from texts.codes import word
from texts.moments import show_moment, show_share
from texts.notation import show_expected
from texts.shell import on_terminal, say
from wire.text import N_
from wire.verdicts import CheckVerdict

_COMMAND_SHOWN = 60
_IN_FULL = 10  # a page and a half; nobody mends more in one evening
_COLOURS = {
    CheckVerdict.FAIL: "red",
    CheckVerdict.UNKNOWN: "yellow",
    CheckVerdict.PASS: "green",
    CheckVerdict.NOT_APPLICABLE: "bright_black",
}


def show(findings: Sequence[Finding], standing: Standing, *, everything: bool) -> None:
    """UNKNOWN first, then what is wrong with the heaviest first."""
    by_verdict = {verdict: of_verdict(findings, verdict) for verdict in CheckVerdict}
    _show_unknown(by_verdict[CheckVerdict.UNKNOWN])
    _show_failed(by_verdict[CheckVerdict.FAIL], standing, everything=everything)
    if everything:
        _show_list(CheckVerdict.PASS, by_verdict[CheckVerdict.PASS], standing)
        aside = CheckVerdict.NOT_APPLICABLE
        _show_list(aside, by_verdict[aside], standing)


def show_sums(findings: Sequence[Finding], standing: Standing) -> None:
    """How many of each verdict, of which level, and the age of what was not asked just now."""
    sums = [
        _paint(f"{len(of_verdict(findings, verdict))} {word(verdict)}", verdict)
        for verdict in CheckVerdict
    ]
    levels = (
        tr(N_("{regime}, level {level}"), regime=regime, level=level)
        for regime, level in standing.levels
    )
    say(" · ".join([*sums, *levels]))
    _show_slow(findings, standing)


def of_verdict(findings: Sequence[Finding], verdict: CheckVerdict) -> list[Finding]:
    return [finding for finding in findings if finding.verdict is verdict]


def in_order_of_mending(findings: Sequence[Finding], standing: Standing) -> list[Finding]:
    """What weighs most first; the standard's weights decide, then the order of the checks."""
    return sorted(findings, key=lambda finding: standing.weight(finding.check), reverse=True)


def show_scores(scores: Sequence[SystemScore]) -> None:
    """Never a score without its coverage, and without saying what it is made of."""
    for one in scores:
        level = f"{one.system.code} ({one.system.regime}, {one.system.level})"
        if one.value is None:
            wrapped(
                tr(
                    N_("{system}: no policy of this level is installed, so no score."), system=level
                ),
                0,
            )
            continue
        line = tr(
            N_(
                "{system}: score {score}, coverage {coverage}, from this host's own evidence alone."
            ),
            system=level,
            score=show_share(one.value),
            coverage=show_share(one.coverage),
        )
        wrapped(line, 0)


def _show_unknown(findings: Sequence[Finding]) -> None:
    if not findings:
        return
    heading = tr(N_("Could not be looked at: {count}. It earns nothing."), count=len(findings))
    say(_paint(heading, CheckVerdict.UNKNOWN, bold=True))

    def cause(finding: Finding) -> tuple[str, str]:
        return finding.unreadable or finding.observed, finding.reason

    for (source, reason), group in groupby(sorted(findings, key=cause), key=cause):
        remedy = knowable_by(reason, source)
        wrapped(f"{_short(source)}: {reason_words(reason)}. {remedy}", INDENT // 2)
        wrapped("  ".join(finding.check for finding in group), INDENT + 2)
    say("  " + tr(N_("What each of them asks for: lachan-agent check --explain ID")))
    say()


def _short(command: str) -> str:
    return textwrap.shorten(command, _COMMAND_SHOWN, placeholder=" …")


def _show_failed(findings: Sequence[Finding], standing: Standing, *, everything: bool) -> None:
    if not findings:
        return
    heading = tr(
        N_("Not fulfilled: {count}. Mend from the top: what weighs most stands first."),
        count=len(findings),
    )
    say(_paint(heading, CheckVerdict.FAIL, bold=True))
    ordered = in_order_of_mending(findings, standing)
    in_full = len(ordered) if everything else _IN_FULL
    for number, finding in enumerate(ordered, start=1):
        check = standing.known_check(finding.check)
        if number == in_full + 1:
            say(
                tr(
                    N_("And {count} more; in full with --all, one of them with --explain ID:"),
                    count=len(ordered) - in_full,
                )
            )
        title = said(check.title)
        say(f"{number:>3} {title if number > in_full else bold(title)}  {faint(check.id)}")
        if number <= in_full:
            field(tr(N_("Why")), said(check.why))
            field(tr(N_("Found")), finding.observed)
            field(tr(N_("Wanted")), show_expected(check.expected))
            field(tr(N_("To mend")), check.remedy, whole=True)
    say()


def _show_list(verdict: CheckVerdict, findings: Sequence[Finding], standing: Standing) -> None:
    if not findings:
        return
    say(_paint(f"{word(verdict).capitalize()}: {len(findings)}", verdict, bold=True))
    for finding in findings:
        title = said(standing.title(finding.check))
        wrapped(f"{title}: {finding.observed}  {finding.check}", INDENT)
    say()


def _show_slow(findings: Sequence[Finding], standing: Standing) -> None:
    """What was not asked just now, with the moment at which it was so."""
    moments = {}
    for finding in findings:
        needs = standing.known_check(finding.check).needs
        if isinstance(needs, SlowFact) and finding.verdict is not CheckVerdict.UNKNOWN:
            moments[needs.name] = show_moment(finding.collected_at)
    if moments:
        facts = ", ".join(f"{name} {moment}" for name, moment in moments.items())
        wrapped(tr(N_("Collected earlier: {facts}"), facts=facts), 0)


def _paint(text: str, verdict: CheckVerdict, *, bold: bool = False) -> str:
    return click.style(text, fg=_COLOURS[verdict], bold=bold) if on_terminal() else text
