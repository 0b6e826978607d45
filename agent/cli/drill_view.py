"""How drills look on a screen and as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agent.cli.documents import document
from agent.cli.options import Options
from agent.drills import phases
from agent.drills.journal import Journal
from agent.restic.errors import HINTS
from recovery.drill_verdict import overall
from texts.catalogue import tr
from texts.codes import cause_sentence, word
from texts.moments import show_bytes, show_count, show_duration, show_moment
from texts.shell import emit_json, say, table
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_
from wire.verdicts import Cause, DrillVerdict

_CODE_OF = {
    DrillVerdict.PASSED: GOOD,
    DrillVerdict.FAILED: WRONG,
    DrillVerdict.INCONCLUSIVE: UNDECIDED,
}
PHASES: dict[str, str] = {
    phases.OPEN: N_("open the repository"),
    phases.LOCATE: N_("find the recovery point and its manifest"),
    phases.RESTORE: N_("restore"),
    phases.COMPARE: N_("compare with the manifest"),
    phases.CLEAN_UP: N_("clean up"),
}
OWN_HINTS: dict[Cause, str] = {
    Cause.NO_MANIFEST: N_("Run `lachan-agent backup run`: it brings the manifest to every site."),
    Cause.NO_SNAPSHOT: N_("Run `lachan-agent backup run`, then `lachan-agent backup status`."),
    Cause.NO_SPACE: N_("Make room on the disk of the state folder, then hold the drill again."),
    Cause.UNPROVEN_FILES: N_("Run the backup while fewer files change, then hold the drill again."),
    Cause.CONTENT_DIFFERS: N_(
        "Keep this site as it is, hold a drill from the other site, and find out what changed here."
    ),
    Cause.OBJECTIVE_MISSED: N_("A faster disk or line, or a smaller dataset, is needed here."),
}


def show(options: Options, journal: Journal) -> int:
    """Print one drill; return the exit code of product.md §4."""
    if options.json:
        fields = _fields(journal)
        verdict = fields.pop("verdict")
        emit_json(document("lachan.drill/1", journal.ended_at, verdict, **fields))
    else:
        _print(journal)
    return _CODE_OF[journal.verdict]


def show_all(options: Options, journals: Sequence[Journal], at: datetime) -> int:
    """A list says nothing new: it is good whatever is in it."""
    if options.json:
        listed = [_fields(journal) for journal in journals]
        ended = (((one.drill_class, one.dataset, one.site), one.verdict) for one in journals)
        emit_json(document("lachan.drills/1", at, overall(ended), drills=listed))
        return GOOD
    if not journals:
        say(tr(N_("No drill has run yet: lachan-agent drill run")))
        return GOOD
    heads = [N_("Drill"), N_("When"), N_("Dataset"), N_("Site"), N_("Verdict"), N_("Files")]
    table(
        [tr(head) for head in heads],
        [
            [
                journal.drill_id,
                show_moment(journal.started_at),
                journal.dataset,
                journal.site,
                journal.verdict.value,
                show_count(journal.files),
            ]
            for journal in journals
        ],
    )
    return GOOD


def _fields(journal: Journal) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": journal.drill_id,
        "class": journal.drill_class,
        "verdict": journal.verdict,
        "assurance": journal.assurance,
        "cause": journal.cause,
        "site": journal.site,
        "dataset": journal.dataset,
        "snapshot": journal.snapshot or None,
        "snapshot_at": journal.snapshot_at,
        "started_at": journal.started_at,
        "ended_at": journal.ended_at,
        "files": journal.files,
        "bytes": journal.bytes,
        "mismatches": journal.mismatches,
        "unproven": journal.unproven,
        "phases": journal.phases,
        "rto_seconds": journal.rto_s,
        "predicted_rto_seconds": journal.predicted_rto_s,
        "predicted_rto_upper_seconds": journal.predicted_rto_upper_s,
        "objective_seconds": journal.objective_s,
        "manifest": journal.manifest_id or None,
        "order": journal.order_id or None,
        "nonce": journal.nonce or None,
    }
    return fields


def _print(journal: Journal) -> None:
    say(
        tr(
            N_("{drill_class} of {dataset} from site {site}: {verdict} ({words}; {assurance})"),
            drill_class=journal.drill_class,
            dataset=journal.dataset,
            site=journal.site,
            verdict=journal.verdict.value,
            words=word(journal.verdict),
            assurance=word(journal.assurance),
        )
    )
    if journal.cause is not None:
        _print_cause(journal, journal.cause)
    say(
        tr(
            N_("{files} files, {size}; {mismatches} mismatches, {unproven} unproven"),
            files=show_count(journal.files),
            size=show_bytes(journal.bytes),
            mismatches=show_count(journal.mismatches),
            unproven=show_count(journal.unproven),
        )
    )
    for name, seconds in journal.phases.items():
        say(f"  {tr(PHASES.get(name, name))}: {show_duration(seconds)}")
    _print_times(journal)


def _print_cause(journal: Journal, cause: Cause) -> None:
    say(tr(N_("Why: {cause} ({sentence})"), cause=cause.value, sentence=cause_sentence(cause)))
    if journal.says:
        say(f"  {journal.says}")
    hint = OWN_HINTS.get(cause) or HINTS.get(cause, "")
    if hint:
        say(tr(N_("What to do: {hint}"), hint=tr(hint)))


def _print_times(journal: Journal) -> None:
    if journal.rto_s is not None:
        say(tr(N_("Data back after {time}"), time=show_duration(journal.rto_s)))
    if journal.predicted_rto_s is None or journal.predicted_rto_upper_s is None:
        say(tr(N_("No prediction yet: it needs a passed drill of class D1 from this site.")))
        return
    say(
        tr(
            N_("Everything on this host: predicted {time}, at most {most}; objective {objective}"),
            time=show_duration(journal.predicted_rto_s),
            most=show_duration(journal.predicted_rto_upper_s),
            objective=show_duration(journal.objective_s),
        )
    )
