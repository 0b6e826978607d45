"""How the state of datasets looks on a screen and as JSON."""

from collections.abc import Sequence
from typing import Any

from agent.backup.remedies import OTHER_HINTS
from agent.backup.result import DatasetResult, SiteResult
from agent.cli import source_view
from agent.cli.backup.hold import holds_document, show_standing
from agent.cli.documents import document
from agent.cli.options import Options
from agent.daemon.work.backup.holding_job import Standing
from agent.daemon.work.backup.unprotected import Unprotected
from agent.restic.errors import HINTS
from recovery.backup_verdict import SiteJudgement
from texts.catalogue import tr
from texts.codes import cause_sentence, word
from texts.moments import show_age, show_moment
from texts.shell import emit_json, note, say, table, worst_code
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_
from wire.verdicts import BackupVerdict, Cause, Protection

_CODE_OF = {
    BackupVerdict.GREEN: GOOD,
    BackupVerdict.DEGRADED: WRONG,
    BackupVerdict.RED: WRONG,
    BackupVerdict.UNKNOWN: UNDECIDED,
}
_PROTECTIONS = {
    Protection.PROVED: N_("proved"),
    Protection.CLAIMED: N_("only claimed"),
    Protection.NONE: N_("none"),
}
_WORST_FIRST = (
    BackupVerdict.RED,
    BackupVerdict.DEGRADED,
    BackupVerdict.UNKNOWN,
    BackupVerdict.GREEN,
)


def show(
    options: Options,
    results: Sequence[DatasetResult],
    forgotten: Unprotected | None = None,
    held: Standing | None = None,
) -> int:
    """Print the results, what is in no dataset, and what is held.

    Returns:
        The exit code of product.md §4.
    """
    if options.json:
        emit_json(_document(results, forgotten, held))
    else:
        _print(results)
        for result in results:
            source_view.tell(options.home, result)
        source_view.tell_forgotten(forgotten)
        if held is not None:
            show_standing(held)
    codes = [_CODE_OF[result.judgement.verdict] for result in results]
    return worst_code([*codes, WRONG if forgotten is not None and forgotten.total else GOOD])


def _document(
    results: Sequence[DatasetResult], forgotten: Unprotected | None, held: Standing | None
) -> dict[str, Any]:
    verdicts = {result.judgement.verdict for result in results}
    overall = next(verdict for verdict in _WORST_FIRST if verdict in verdicts)
    at = max(result.judged_at for result in results)
    datasets = [dataset_document(one) for one in results]
    extra: dict[str, Any] = {"unprotected": source_view.document(forgotten)} if forgotten else {}
    if held is not None:
        extra["holds"] = holds_document(held)
    return document("lachan.backup/1", at, overall, datasets=datasets, **extra)


def dataset_document(result: DatasetResult) -> dict[str, Any]:
    outcome = result.outcome
    fields: dict[str, Any] = {
        "name": result.dataset.name,
        "verdict": result.judgement.verdict,
        "cause": result.judgement.cause,
        "rpo_seconds": int(result.facts.rpo.total_seconds()),
        "separation": result.facts.separation,
        "consistency": result.consistency,
        "sites": [_site(site, judged) for site, judged in _pairs(result)],
    }
    if result.manifest is not None:
        manifest = result.manifest
        fields["manifest"] = {
            "id": manifest.manifest,
            "root": manifest.root,
            "leaves": manifest.leaves,
            "unproven": manifest.unproven,
        }
    if outcome.source is not None:
        seen = outcome.source.seen
        fields |= {"files": seen.files, "bytes": seen.bytes, "phases": result.phases}
    return fields


def _site(site: SiteResult, judged: SiteJudgement) -> dict[str, Any]:
    point = site.point
    return {
        "name": site.name,
        "verdict": judged.verdict,
        "cause": judged.cause,
        "snapshot": point.snapshot if point else None,
        "snapshot_at": point.snapshot_at if point else None,
        "age_seconds": int(judged.age.total_seconds()) if judged.age is not None else None,
        "verified_at": site.verified_at,
        "protection": site.protection,
    }


def _pairs(result: DatasetResult) -> list[tuple[SiteResult, SiteJudgement]]:
    return list(zip(result.sites, result.judgement.sites, strict=True))


def _print(results: Sequence[DatasetResult]) -> None:
    rows = [_row(result, site, judged) for result in results for site, judged in _pairs(result)]
    headings = (
        N_("Dataset"),
        N_("Site"),
        N_("State"),
        N_("Newest point"),
        N_("Age"),
        N_("Verified"),
        N_("Protection"),
    )
    table([tr(heading) for heading in headings], rows)
    for result in results:
        _print_verdict(result)


def _row(result: DatasetResult, site: SiteResult, judged: SiteJudgement) -> list[str]:
    return [
        result.dataset.name,
        site.name,
        f"{judged.verdict.value} {judged.cause.value if judged.cause else ''}".strip(),
        show_moment(site.point.snapshot_at if site.point else None),
        show_age(judged.age.total_seconds()) if judged.age is not None else "",
        show_moment(site.verified_at),
        tr(_PROTECTIONS[site.protection]),
    ]


def _print_verdict(result: DatasetResult) -> None:
    judgement = result.judgement
    line = tr(
        N_("{dataset}: {verdict} ({words})"),
        dataset=result.dataset.name,
        verdict=judgement.verdict.value,
        words=word(judgement.verdict),
    )
    if judgement.cause is not None:
        line += f" — {judgement.cause.value}: {cause_sentence(judgement.cause)}"
    if judgement.inconclusive:
        line += " — " + tr(N_("not enough grounds that the sites are two places"))
    say(line)
    for site in result.sites:
        if site.says:
            note(tr(N_("Site {site}: {says}"), site=site.name, says=site.says))
    saved = result.outcome.saved
    if saved is not None and saved.left_out:
        note(tr(N_("Cannot be read, so not saved: {items}"), items=", ".join(saved.left_out)))
    if judgement.cause is not None and _hint(judgement.cause):
        note(tr(N_("What to do: {hint}"), hint=tr(_hint(judgement.cause))))


def _hint(cause: Cause) -> str:
    return HINTS.get(cause) or OTHER_HINTS.get(cause, "")
