"""`lachan-controller attestation`: record, list and withdraw what documents prove."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from controller.cli.acting import AS, acting_person
from controller.cli.documents import document
from controller.cli.opening import province_of
from controller.cli.options import Options
from controller.fleet.record_attestation import record_attestation
from controller.fleet.typed import first_moment, last_moment
from controller.fleet.withdraw_attestation import withdraw_attestation
from controller.store.queries_decisions import Attestation, attestations
from controller.web.pages.decision_words import standing_word
from texts.catalogue import tr
from texts.moments import show_moment
from texts.shell import emit_json, note, table
from wire.acts import AttestationRecorded
from wire.text import N_


@click.group(help=N_("Documents that prove what no program can look at."))
def command() -> None: ...


@command.command("add", help=N_("Vouch with a document for rows; the document is not kept."))
@click.option("--facility", required=True, help=N_("The facility's code."))
@click.option("--system", default="", help=N_("One system; without it all of the facility's."))
@click.option("--control", "controls", multiple=True, required=True, help=N_("A row's id."))
@click.option("--document", "title", required=True, help=N_("Its title and number."))
@click.option("--file", type=click.Path(exists=True, dir_okay=False), help=N_("The document."))
@click.option("--sha256", default="", help=N_("Its SHA-256, in place of --file."))
@click.option("--from", "start", required=True, help=N_("First day, YYYY-MM-DD."))
@click.option("--until", "end", required=True, help=N_("Last day, YYYY-MM-DD."))
@AS
@click.pass_obj
def add(options: Options, /, **given: Any) -> None:  # noqa: ANN401 - click's own values
    province = province_of(options)
    act = AttestationRecorded(
        attestation_id=province.new_id("attest"),
        facility=given["facility"],
        controls=given["controls"],
        document=given["title"],
        document_sha256=_digest(given["file"]) if given["file"] else given["sha256"].lower(),
        valid_from=first_moment(N_("beginning"), given["start"]),
        valid_until=last_moment(N_("end"), given["end"]),
        system=given["system"],
    )
    record_attestation(province, acting_person(province, given["name"]), act)
    if options.json:
        emit_json(document("attestation", attestation=act))
    else:
        note(tr(N_("Attestation {code} recorded."), code=act.attestation_id))


@command.command("list", help=N_("List the attestations; what ends first stands first."))
@click.option("--facility", default=None, help=N_("Only of this facility."))
@click.pass_obj
def show(options: Options, facility: str | None) -> None:
    province = province_of(options)
    now = province.now()
    with province.database.reading() as connection:
        found = attestations(connection, facility)
    if options.json:
        emit_json(document("attestations", attestations=[_row(each, now) for each in found]))
        return
    words = (N_("Attestation"), N_("Facility"), N_("System"), N_("Document"), N_("Rows"),
             N_("Valid until"), N_("State"))  # fmt: skip
    rows = [
        (
            each.attestation_id,
            each.facility,
            each.system or tr(N_("all systems")),
            each.document,
            str(len(each.controls)),
            show_moment(each.valid_until),
            standing_word(each.standing(now)),
        )
        for each in found
    ]
    table([tr(word) for word in words], rows)


@command.command("withdraw", help=N_("From here on this document proves nothing."))
@click.argument("attestation_id")
@click.option("--reason", required=True, help=N_("Why, for the log."))
@AS
@click.pass_obj
def withdraw(options: Options, attestation_id: str, reason: str, name: str) -> None:
    province = province_of(options)
    withdraw_attestation(province, acting_person(province, name), attestation_id, reason)
    if options.json:
        emit_json(document("attestation", attestation_id=attestation_id, state="ended"))
    else:
        note(tr(N_("Attestation {code} withdrawn."), code=attestation_id))


def _digest(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _row(each: Attestation, now: datetime) -> dict[str, Any]:
    fields = {name: getattr(each, name) for name in Attestation.__dataclass_fields__}
    return {**fields, "state": each.standing(now)}
