"""`lachan-agent policy`: the province's packs, what they would do here, and the owner's word."""

from collections.abc import Callable
from typing import Any

import click

from agent.cli.documents import document
from agent.cli.options import Options
from agent.cli.policy.view import pack_document, show_list, show_pack
from agent.daemon.app import App, open_app
from agent.daemon.reporting import tell_configuration
from agent.daemon.work.policy_pack import PackStanding, pack_standings
from agent.errors import PackRefusedError, UnknownPackError
from agent.uplink import policy_packs
from texts.catalogue import tr
from texts.pack_words import pack_reason_words
from texts.shell import emit_json, note
from wire.errors import GOOD
from wire.text import N_


@click.group(help=N_("The province's packs of policies: look, accept, refuse."))
def command() -> None:
    """The words below it do the work."""


@command.command(
    "list", help=N_("The packs that came, which are in force, and why others are not.")
)
@click.pass_obj
def list_command(options: Options) -> int:
    def work(app: App) -> None:
        found = pack_standings(app)
        if options.json:
            _emit(app, packs=[pack_document(each) for each in found])
        else:
            show_list(found)

    return _with_app(options, work)


@command.command("show", help=N_("What a pack changes, and what its checks look at here."))
@click.argument("pack")
@click.pass_obj
def show_command(options: Options, pack: str) -> int:
    def work(app: App) -> None:
        found = _named(app, pack)
        if options.json:
            _emit(app, **pack_document(found, whole=True))
        else:
            show_pack(found)

    return _with_app(options, work)


@command.command("accept", help=N_("Put this version of a pack into force; name what you saw."))
@click.argument("pack")
@click.argument("version", type=int)
@click.pass_obj
def accept_command(options: Options, pack: str, version: int) -> int:
    def work(app: App) -> None:
        newest = _of_version(app, pack, version).newest
        if newest is None or newest.reason:
            raise PackRefusedError(pack=pack, reason=newest.reason if newest else "")
        policy_packs.accept(app.memory, app.home, pack)
        tell_configuration(app)
        _say(options, app, pack, N_("Pack {pack}, version {version}, is in force."))

    return _with_app(options, work)


@command.command("refuse", help=N_("Refuse this version of a pack; the one before it stays."))
@click.argument("pack")
@click.argument("version", type=int)
@click.pass_obj
def refuse_command(options: Options, pack: str, version: int) -> int:
    def work(app: App) -> None:
        _of_version(app, pack, version)
        policy_packs.decline(app.memory, app.home, pack)
        tell_configuration(app)
        _say(options, app, pack, N_("Pack {pack}, version {version}, was refused."))

    return _with_app(options, work)


def _with_app(options: Options, work: Callable[[App], None]) -> int:
    app = open_app(options.home)
    try:
        work(app)
    finally:
        app.close()
    return GOOD


def _named(app: App, pack: str) -> PackStanding:
    for each in pack_standings(app):
        if each.id == pack:
            return each
    raise UnknownPackError(pack=pack)


def _of_version(app: App, pack: str, version: int) -> PackStanding:
    """The newest version, if that is what the owner looked at."""
    found = _named(app, pack)
    if found.newest_version != version or found.newest is None:
        raise UnknownPackError(pack=f"{pack} {version}")
    return found


def _say(options: Options, app: App, pack: str, message: str) -> None:
    found = _named(app, pack)
    if options.json:
        _emit(app, **pack_document(found))
        return
    note(tr(message, pack=pack, version=found.newest_version))
    if found.reason:
        note(pack_reason_words(found.reason))


def _emit(app: App, **fields: Any) -> None:  # noqa: ANN401 - whatever msgspec encodes
    emit_json(document("lachan.policy/1", app.clock.now(), **fields))
