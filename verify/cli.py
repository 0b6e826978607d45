"""`lachan-verify PACK [--anchor FILE|FINGERPRINT]`: needs no network and no controller."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click

from texts.catalogue import language_from, tr
from texts.commands import version_option
from texts.shell import emit_json, run_program, say, speak
from verify.anchor import read_anchor
from verify.document import document
from verify.page import page
from verify.verdict import verify_pack
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_
from wire.verdicts import PackVerdict

EXIT_CODES = {
    PackVerdict.VERIFIED: GOOD,
    PackVerdict.FAULTS: WRONG,
    PackVerdict.ORIGIN_NOT_PROVED: UNDECIDED,
}


def verify(pack: Path, anchor: str | None, *, json: bool) -> int:
    """Verify, show, and give the exit code."""
    report = verify_pack(pack, None if anchor is None else read_anchor(anchor))
    if json:
        emit_json(document(report, datetime.now(UTC)))
    else:
        say(page(report))
    return EXIT_CODES[report.verdict]


def root_command() -> click.Command:
    """The command in the reader's language; texts are made when it is called."""
    anchor_help = N_(
        "The log key's or order key's 64 digits from paper, a file with them, a signed "
        "checkpoint, or an earlier pack that you trust."
    )
    return click.Command(
        "lachan-verify",
        callback=verify,
        help=tr(N_("Verify an evidence pack and compute its scores again.")),
        options_metavar=tr(N_("[OPTIONS]")),
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
        params=[
            click.Argument(["pack"], type=click.Path(path_type=Path)),
            click.Option(["--anchor"], metavar=tr(N_("FILE|FINGERPRINT")), help=tr(anchor_help)),
            click.Option(
                ["--json"],
                is_flag=True,
                help=tr(N_("One JSON document on stdout and nothing else.")),
            ),
            click.Option(
                ["--lang"],
                type=click.Choice(["vi", "en"]),
                expose_value=False,
                help=tr(N_("Language of texts; else LANG.")),
            ),
            version_option("lachan-verify"),
        ],
    )


def main() -> NoReturn:
    speak(language_from(sys.argv[1:], dict(os.environ)))
    run_program(root_command(), "lachan-verify")
