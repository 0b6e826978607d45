"""`lachan-agent join`: a token on standard input makes this host the province's."""

import os
import sys
from pathlib import Path

import click

from agent.cli.documents import document
from agent.cli.options import Options
from agent.clock import SystemClock
from agent.daemon.joining import join_host
from agent.uplink.enrolment import Joined
from agent.uplink.errors import TokenArgumentError, TokenUnreadableError
from texts.catalogue import tr
from texts.shell import emit_json, note, say
from wire.errors import GOOD
from wire.keys import fingerprint
from wire.text import N_
from wire.token import LIMIT_CHARACTERS


@click.command(help=N_("Join a controller. Paste the token on standard input, or --token-file."))
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=N_("A file that holds the token and nothing else."),
)
@click.argument("words", nargs=-1)
@click.pass_obj
def command(options: Options, token_file: Path | None, words: tuple[str, ...]) -> int:
    if words:
        raise TokenArgumentError
    joined = join_host(options.home, _token_text(token_file), SystemClock(), os.urandom)
    if options.json:
        _emit(joined)
    else:
        _show(joined)
    return GOOD


def _token_text(file: Path | None) -> str:
    """The token, from the file or from standard input; never more than a token's length."""
    if file is None:
        if sys.stdin.isatty():
            note(tr(N_("Paste the token (LACHAN1.…) and press Enter:")))
            return sys.stdin.readline(LIMIT_CHARACTERS + 1)
        return sys.stdin.read(LIMIT_CHARACTERS + 1)
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            return stream.read(LIMIT_CHARACTERS + 1)
    except OSError as error:
        raise TokenUnreadableError(reason=error.strerror or "OSError") from error


def _show(joined: Joined) -> None:
    member = joined.membership
    if joined.already:
        say(tr(N_("This host has joined {url} already."), url=member.url))
    else:
        say(tr(N_("This host has joined {url}."), url=member.url))
    say(tr(N_("Facility {facility}, agent {agent}."), facility=member.facility, agent=member.agent))
    print_of_key = fingerprint(joined.fingerprint_key)
    say(tr(N_("Fingerprint of its key: {fingerprint}"), fingerprint=print_of_key))


def _emit(joined: Joined) -> None:
    member = joined.membership
    emit_json(
        document(
            "lachan.join/1",
            SystemClock().now(),
            agent=member.agent,
            facility=member.facility,
            controller=member.url,
            already=joined.already,
            fingerprint=fingerprint(joined.fingerprint_key),
        )
    )
