"""`lachan-agent backup keys`: who has a key of each repository, and whether anybody knows it."""

from typing import Any

import click

from agent.backup.retention.keys import OWN, SeenKey
from agent.cli.documents import document
from agent.cli.options import Options
from agent.daemon.app import open_app
from agent.daemon.work.backup import custody
from agent.daemon.work.backup.custody import Looked
from texts.catalogue import tr
from texts.shell import emit_json, note, progress, say_error, table, worst_code
from wire.errors import GOOD, WRONG
from wire.text import N_


@click.command("keys", help=N_("The keys that open each repository; strangers are told."))
@click.option("--site", default="", metavar="NAME", help=N_("Only this site."))
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="ID",
    help=N_("You know whose key this is; with --site."),
)
@click.pass_obj
def command(options: Options, site: str, accepted: tuple[str, ...]) -> int:
    if accepted and not site:
        raise click.UsageError(tr(N_("Name the site of the key: --site NAME.")))
    app = open_app(options.home)
    try:
        with progress(tr(N_("Asking the sites"))):
            found = custody.look_everywhere(app, site, accepted)
        if options.json:
            sites = [_site(one) for one in found]
            emit_json(document("lachan.backup-keys/1", app.clock.now(), sites=sites))
        else:
            _print(found)
    finally:
        app.close()
    return worst_code([_code(one) for one in found])


def _code(looked: Looked) -> int:
    if looked.error is not None:
        return looked.error.exit_code
    return GOOD if all(key.known for key in looked.keys) else WRONG


def _site(looked: Looked) -> dict[str, Any]:
    keys = [{"id": key.id, "known": key.why or None, "current": key.current} for key in looked.keys]
    cause = looked.error.cause if looked.error else None
    return {"site": looked.site, "cause": cause, "keys": keys}


def _print(found: tuple[Looked, ...]) -> None:
    rows = [[one.site, key.id, _whose(key)] for one in found for key in one.keys]
    table([tr(N_("Site")), tr(N_("Key")), tr(N_("Whose"))], rows)
    for one in found:
        if one.error is not None:
            say_error(one.error)
        if not all(key.known for key in one.keys):
            words = N_(
                "Site {site}: somebody has a key that nobody here made, and can read every record. "
                "If you know whose it is: `lachan-agent backup keys --site {site} --accept ID`"
            )
            note(tr(words, site=one.site))


def _whose(key: SeenKey) -> str:
    if not key.known:
        return tr(N_("nobody here knows"))
    return tr(N_("this agent's")) if key.why == OWN else tr(N_("accepted"))
