"""`lachan-controller policy`: list, show, validate, publish."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from compliance.catalogue import Catalogue, Control, parse
from compliance.rules import described
from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.cli.policy_files import catalogue_bytes, is_pack, pack_files
from controller.cli.policy_pack_view import pack_document, pack_uses, show_pack
from controller.cli.who import whoever
from controller.errors import PackProblemsError, UnknownThingError
from controller.fleet.publish_pack import publish_pack
from controller.fleet.validate_policies import PolicyProblem, catalogue_problems, judged_pack
from controller.library import shelves
from controller.store.catalogues import adopted_catalogues
from controller.store.engine import Connection
from controller.store.queries_packs import newest_packs, packs_in_force
from texts.catalogue import language, tr
from texts.moments import show_moment
from texts.shell import emit_json, note, say, table
from wire.errors import CONFIGURATION, GOOD
from wire.text import N_

_FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group(help=N_("Catalogues of controls, and the province's own pack of policies."))
def command() -> None: ...


@command.command("list", help=N_("List the catalogues in force, and the province's pack."))
@click.pass_obj
def show_all(options: Options) -> None:
    with province_of(options).database.reading() as connection:
        found, packs = adopted_catalogues(connection), newest_packs(connection)
    if options.json:
        heads = [_head(catalogue) for catalogue in found]
        emit_json(
            document("policies", policies=heads, packs=[pack_document(pack) for pack in packs])
        )
        return
    words = (N_("Catalogue"), N_("Regime"), N_("Level"), N_("Controls"), N_("Digest"))
    rows = [
        (each.id, each.regime.value, str(each.level), str(len(each.controls)), each.digest[:16])
        for each in found
    ]
    table([tr(word) for word in words], rows)
    for pack in packs:
        said = N_("Pack {pack}, version {version}, is signed until {until}.")
        until = show_moment(pack.expires_at)
        note(tr(said, pack=pack.pack, version=pack.version, until=until))


@command.command("show", help=N_("Show every control of a catalogue, or what the pack changes."))
@click.argument("catalogue_id")
@click.pass_obj
def show(options: Options, catalogue_id: str) -> None:
    with province_of(options).database.reading() as connection:
        if _shows_pack(options, connection, catalogue_id):
            return
        found = adopted_catalogues(connection)
    for catalogue in found:
        if catalogue.id == catalogue_id:
            _show(options, catalogue)
            return
    raise UnknownThingError(what="catalogue", code=catalogue_id)


@command.command("validate", help=N_("Check a catalogue or a pack; every problem is named."))
@_FILE
@click.pass_obj
def validate(options: Options, file: Path) -> int:
    if is_pack(file):
        pack, problems = judged_pack(pack_files(file), shelves())
        size = len(pack.changes) + len(pack.rows) + len(pack.checks) if pack else 0
        head: dict[str, Any] = {"pack": pack.id, "version": pack.version} if pack else {}
    else:
        raw = catalogue_bytes(file)
        problems = catalogue_problems(raw, file.name)
        head = {} if problems else _head(parse(raw))
        size = head.get("size", 0)
    if options.json:
        verdict = "FAIL" if problems else "PASS"
        listed = [_problem(each) for each in problems]
        emit_json(document("policy", verdict=verdict, **head, problems=listed))
    elif problems:
        _say_problems(problems)
    else:
        note(tr(N_("{file}: {n} entries, all in order."), file=file, n=size))
    return CONFIGURATION if problems else GOOD


@command.command("publish", help=N_("Sign the province's pack for all agents and score by it."))
@_FILE
@click.pass_obj
def publish(options: Options, file: Path) -> None:
    try:
        done = publish_pack(province_of(options), whoever(), pack_files(file), shelves())
    except PackProblemsError as error:
        _say_problems([each for each in error.problems if isinstance(each, PolicyProblem)])
        raise
    if options.json:
        head = {"pack": done.pack.id, "version": done.pack.version}
        ends = {"expires_at": done.expires_at, "catalogues": done.catalogues}
        emit_json(document("policy.published", **head, **ends))
        return
    said = N_("Pack {pack}, version {version}, is signed; agents fetch it by their heartbeats.")
    note(tr(said, pack=done.pack.id, version=done.pack.version))
    note(tr(N_("Changed catalogues: {names}."), names=", ".join(done.catalogues) or "-"))


def _shows_pack(options: Options, connection: Connection, name: str) -> bool:
    stored = {each.pack: each for each in newest_packs(connection)}
    pack = next((each for each in packs_in_force(connection) if each.id == name), None)
    if pack is None:
        return False
    show_pack(stored[name], pack, pack_uses(connection, name), as_json=options.json)
    return True


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
            control.rule.mode,
            control.title[language()],
        )
        for control in catalogue.controls
    ]
    table([tr(word) for word in words], rows)


def _say_problems(problems: Sequence[PolicyProblem]) -> None:
    for each in problems:
        told = {"reason": tr(each.reason), "instead": tr(each.instead)}
        where = f"{each.file}:{each.line} {each.path}"
        say(tr(N_("{where}: {reason}. Write: {instead}"), where=where, **told))


def _problem(each: PolicyProblem) -> dict[str, Any]:
    told = {"reason": tr(each.reason), "write": tr(each.instead)}
    return {"file": each.file, "line": each.line, "path": each.path, **told}


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
        "threshold": control.threshold or None,
        "suggested": control.suggested,
        "confidence": control.confidence,
        "changed_by": control.changed_by or None,
    }
