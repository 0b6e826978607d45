"""`lachan-controller score`: score systems now, and log the scores."""

from collections import Counter
from typing import Any

import click

from compliance.aggregate import Aggregate, SystemResult, aggregate, by_facility
from compliance.logged import SystemKey
from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.errors import UnknownThingError
from controller.fleet.score_systems import SystemScore, store_scores
from texts.catalogue import tr
from texts.moments import show_share
from texts.shell import emit_json, note, table, worst_code
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_
from wire.verdicts import ControlState


@click.command(help=N_("Score systems against their catalogue, and log the scores."))
@click.option("--facility", default=None, help=N_("Only of this facility."))
@click.option("--system", default=None, help=N_("Only this system of the facility."))
@click.pass_obj
def command(options: Options, facility: str | None, system: str | None) -> int:
    if system is not None and facility is None:
        raise click.UsageError(tr(N_("--system needs --facility.")))
    scored = store_scores(province_of(options), facility, system)
    if not scored:
        raise UnknownThingError(what="system", code=facility or "-")
    if options.json:
        _emit(scored, alone=system is not None)
    else:
        _show(scored)
    return worst_code([_code(each) for each in scored])


def _code(each: SystemScore) -> int:
    """1: something is not met; 2: something is not known, or nothing judges this level."""
    if each.score is None:
        return UNDECIDED
    states = {control.state for control in each.score.controls}
    if states & {ControlState.NOT_MET, ControlState.PARTLY}:
        return WRONG
    return UNDECIDED if ControlState.UNKNOWN in states else GOOD


def _emit(scored: list[SystemScore], *, alone: bool) -> None:
    """One system asked for by name stands at the top of the document."""
    rows = [_row(each) for each in scored]
    if alone:
        emit_json(document("score", **rows[0]))
        return
    results = [_result(each) for each in scored]
    places = {code: _sums(found) for code, found in by_facility(results).items()}
    sums = {"facilities": places, "together": _sums(aggregate(results))}
    emit_json(document("scores", scores=rows, **sums))


def _result(each: SystemScore) -> SystemResult:
    key = SystemKey(each.system.facility, each.system.code)
    if each.score is None:
        return SystemResult(key, each.system.level)
    found = each.score
    return SystemResult(key, each.system.level, found.value, found.raw, found.coverage)


def _sums(found: Aggregate) -> dict[str, Any]:
    return {
        "score": found.value,
        "raw": found.raw,
        "coverage": found.coverage,
        "scored": found.scored,
        "unscored": found.unscored,
    }


def _row(each: SystemScore) -> dict[str, Any]:
    found = each.score
    states = Counter(control.state.value for control in found.controls) if found else Counter()
    return {
        "facility": each.system.facility,
        "system": each.system.code,
        "level": each.system.level,
        "regime": each.system.regime,
        "catalogue": each.catalogue.id if each.catalogue else None,
        "catalogue_digest": each.catalogue.digest if each.catalogue else None,
        "judged_at": each.judged_at,
        "log_size": each.log_size,
        "score": found.value if found else None,
        "raw": found.raw if found else None,
        "coverage": found.coverage if found else 0.0,
        "not_applicable": found.not_applicable if found else 0.0,
        "declared": found.declared if found else 0.0,
        "controls": len(found.controls) if found else 0,
        "states": dict(states),
    }


def _show(scored: list[SystemScore]) -> None:
    words = (
        *(N_("Facility"), N_("System"), N_("Level"), N_("Score"), N_("Without waivers")),
        *(N_("Coverage"), N_("Controls")),
    )
    rows = [
        (
            each.system.facility,
            each.system.code,
            str(each.system.level),
            show_share(each.score.value if each.score else None),
            show_share(each.score.raw if each.score else None),
            show_share(each.score.coverage if each.score else None),
            str(len(each.score.controls) if each.score else 0),
        )
        for each in scored
    ]
    table([tr(word) for word in words], rows)
    if len(scored) > 1:
        _show_together(aggregate(_result(each) for each in scored))


def _show_together(found: Aggregate) -> None:
    said = N_(
        "All systems together, by level: {score}, {raw} without waivers, coverage {coverage}, "
        "{n} without a score."
    )
    shares = {"score": found.value, "raw": found.raw, "coverage": found.coverage}
    shown = {name: show_share(share) for name, share in shares.items()}
    note(tr(said, **shown, n=found.unscored))
