"""`lachan-controller policy`: list, show, validate."""

from pathlib import Path
from typing import Any

import click

from compliance.catalogue import Catalogue, Control, parse
from compliance.rules import described
from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.errors import ConfigurationError, UnknownThingError
from controller.store.catalogues import adopted_catalogues
from texts.catalogue import language, tr
from texts.shell import emit_json, note, table
from wire.text import N_


@click.group(help=N_("Catalogues of controls."))
def command() -> None: ...


@command.command("list", help=N_("List the catalogues in force."))
@click.pass_obj
def show_all(options: Options) -> None:
    found = _adopted(options)
    if options.json:
        emit_json(document("policies", policies=[_head(catalogue) for catalogue in found]))
        return
    words = (N_("Catalogue"), N_("Regime"), N_("Level"), N_("Controls"), N_("Digest"))
    rows = [
        (each.id, each.regime.value, str(each.level), str(len(each.controls)), each.digest[:16])
        for each in found
    ]
    table([tr(word) for word in words], rows)


@command.command("show", help=N_("Show every control of a catalogue."))
@click.argument("catalogue_id")
@click.pass_obj
def show(options: Options, catalogue_id: str) -> None:
    for catalogue in _adopted(options):
        if catalogue.id == catalogue_id:
            _show(options, catalogue)
            return
    raise UnknownThingError(what="catalogue", code=catalogue_id)


@command.command("validate", help=N_("Check a catalogue file; the first fault is named."))
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def validate(options: Options, file: Path) -> None:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(problem=f"{file}: {error.strerror}") from error
    catalogue = parse(raw)
    if options.json:
        emit_json(document("policy", **_head(catalogue)))
    else:
        note(tr(N_("{file}: {n} controls, all in order."), file=file, n=len(catalogue.controls)))


def _adopted(options: Options) -> list[Catalogue]:
    with province_of(options).database.reading() as connection:
        return adopted_catalogues(connection)


def _show(options: Options, catalogue: Catalogue) -> None:
    if options.json:
        controls = [_row(control) for control in catalogue.controls]
        emit_json(document("policy", **_head(catalogue), controls=controls))
        return
    words = (N_("Control"), N_("Clause"), N_("Weight"), N_("Decided by"), N_("Title"))
    rows = [
        (
            control.id,
            control.clause,
            str(control.weight),
            ", ".join(dict.fromkeys(leaf.mode for leaf in control.rule.leaves())),
            control.title[language()],
        )
        for control in catalogue.controls
    ]
    table([tr(word) for word in words], rows)


def _head(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "catalogue": catalogue.id,
        "digest": catalogue.digest,
        "regime": catalogue.regime,
        "level": catalogue.level,
        "size": len(catalogue.controls),
    }


def _row(control: Control) -> dict[str, Any]:
    return {
        "id": control.id,
        "clause": control.clause,
        "title": dict(control.title),
        "weight": control.weight,
        "decided_by": described(control.rule),
    }
