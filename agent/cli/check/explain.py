"""Everything that is known about one check: its answer, its evidence, its rows, its remedy."""

from agent.checks.model import Finding
from agent.cli.check.lines import bold, field
from agent.cli.check.look import Looked
from agent.cli.check.words import knowable_by, reason_words
from agent.daemon.standing import Row
from texts.catalogue import language, said, tr
from texts.codes import word
from texts.moments import show_moment
from texts.notation import show_expected
from texts.shell import say
from wire.privacy import Privacy
from wire.text import N_
from wire.verdicts import CheckVerdict


def show(finding: Finding, looked: Looked) -> None:
    check = looked.rows.known_check(finding.check)
    say(bold(f"{said(check.title)}  ({check.id})"))
    field(tr(N_("Answer")), _answer(finding))
    field(tr(N_("Why")), said(check.why))
    field(tr(N_("Found")), _found(finding, check.observed_is))
    field(tr(N_("Wanted")), show_expected(check.expected))
    if finding.verdict is CheckVerdict.UNKNOWN:
        field(tr(N_("To know it")), knowable_by(finding.reason, finding.unreadable))
    field(tr(N_("To mend")), check.remedy, whole=True)
    field(tr(N_("True at")), show_moment(finding.collected_at))
    _show_past(finding, looked)
    field(tr(N_("Source")), check.source)
    for row in sorted(looked.rows.rows.get(check.id, ()), key=_by_level):
        field(tr(N_("Row")), _row_said(row))


def _answer(finding: Finding) -> str:
    answer = f"{finding.verdict} ({word(finding.verdict)})"
    if not finding.reason:
        return answer
    return f"{answer}: {finding.unreadable or finding.observed}: {reason_words(finding.reason)}"


def _found(finding: Finding, observed_is: Privacy) -> str:
    found = finding.observed or finding.detail or "-"
    if observed_is is Privacy.PUBLIC:
        return found
    kept = tr(N_("stays on this host; only the count leaves it"))
    return f"{found}  [{kept}]"


def _show_past(finding: Finding, looked: Looked) -> None:
    past = (looked.past or {}).get(finding.check)
    if past is None:
        return
    if past.verdict is not finding.verdict:
        last = f"{word(past.verdict)} ({show_moment(past.looked_at)})"
        field(tr(N_("Last look")), last)
        return
    earlier = tr(N_("before:"))
    before = f" ({earlier} {word(past.before)})" if past.before else ""
    field(tr(N_("So since")), f"{show_moment(past.since)}{before}")


def _by_level(row: Row) -> tuple[str, int]:
    return row.regime.value, row.level


def _row_said(row: Row) -> str:
    control = row.control
    title = control.title.get(language(), control.title["vi"])
    level = tr(N_("{regime}, level {level}"), regime=row.regime, level=row.level)
    return f"{level}, {control.clause} {title} ({control.id})"
