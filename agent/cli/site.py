"""`lachan-agent site`: whether two sites are two places."""

from collections.abc import Sequence
from typing import Any

import click

from agent.cli import site_janitor
from agent.cli.documents import document
from agent.cli.options import Options
from agent.daemon import site_job
from agent.daemon.app import open_app
from agent.daemon.site_job import Probed
from texts.catalogue import tr
from texts.codes import word
from texts.moments import show_moment
from texts.shell import emit_json, progress, say, sentence_of, table
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_
from wire.verdicts import Separation

_CODE_OF = {
    Separation.SEPARATE: GOOD,
    Separation.SUSPECT: WRONG,
    Separation.NOT_SEPARATE: WRONG,
    Separation.INCONCLUSIVE: UNDECIDED,
}
SIGNS: dict[str, str] = {
    "boot_id": N_("same running kernel"),
    "filesystem": N_("same file system"),
    "free_space": N_("free space moves together"),
    "canary": N_("a file written at one is seen at the other"),
    "repository": N_("same repository"),
    "rtt": N_("answers too fast for the distance"),
    "coordinates": N_("declared too near to each other"),
    "boot_time": N_("started at the same moment"),
    "machine_id": N_("same machine id"),
    "dmi_uuid": N_("same mainboard"),
    "host_key": N_("same SSH host key"),
    "storage_source": N_("same network storage"),
    "master_key": N_("same repository password"),
    "io": N_("load at one slows the other"),
    "size": N_("same size and free space"),
    "address": N_("same address"),
    "network": N_("same local network"),
    "gateway": N_("same gateway"),
    "provider": N_("same provider"),
    "own_agent": N_("an agent of its own at each place"),
    "document": N_("a document of where the places are"),
}


@click.group(help=N_("Look whether two sites are two places."))
def command() -> None:
    """The words below it do the work."""


command.add_command(site_janitor.command, "janitor")


@command.command("probe", help=N_("Ask every place who it is, and judge each pair."))
@click.pass_obj
def probe_command(options: Options) -> int:
    app = open_app(options.home)
    try:
        with progress(tr(N_("Asking the places"))):
            probed = site_job.run(app)
    finally:
        app.close()
    if options.json:
        emit_json(_document(probed))
    else:
        _print(probed)
    return _CODE_OF[probed.evidence.verdict]


def _document(probed: Probed) -> dict[str, Any]:
    found = probed.evidence
    return document(
        "lachan.site/1",
        found.measured_at,
        found.verdict,
        pairs=[
            {
                "a": pair.a,
                "b": pair.b,
                "verdict": pair.verdict,
                "hard": pair.hard,
                "soft": pair.soft,
                "missing": pair.missing,
                "decided_at": probed.decided_at.get((pair.a, pair.b)),
            }
            for pair in found.pairs
        ],
        faults=[
            {"site": name, "cause": fault.cause, "says": sentence_of(fault)}
            for name, fault in probed.faults.items()
        ],
    )


def _print(probed: Probed) -> None:
    found = probed.evidence
    say(
        tr(
            N_("The places together: {verdict} ({words})"),
            verdict=found.verdict.value,
            words=word(found.verdict),
        )
    )
    heads = [tr(N_("pair")), tr(N_("verdict")), tr(N_("proof")), tr(N_("signs")), tr(N_("missing"))]
    table(
        heads,
        [
            [
                f"{pair.a}–{pair.b}",  # noqa: RUF001 - a pair
                pair.verdict.value,
                _signs(pair.hard),
                _signs(pair.soft),
                _signs(pair.missing),
            ]
            for pair in found.pairs
        ],
    )
    for (a, b), at in probed.decided_at.items():
        say(
            tr(
                N_(
                    "{a} and {b}: what was found on {time} stands, "
                    "for this look could not ask it again."
                ),
                a=a,
                b=b,
                time=show_moment(at),
            )
        )
    for fault in probed.faults.values():
        say(sentence_of(fault))
        say(tr(N_("What to do: {hint}"), hint=tr(fault.hint, **fault.parameters)))


def _signs(codes: Sequence[str]) -> str:
    return ", ".join(tr(SIGNS.get(code, code)) for code in codes)
