"""`lachan-agent status`: what was done last, and what waits."""

import click

from agent.cli.items import show_items
from agent.cli.options import Options
from agent.daemon.app import open_app
from agent.daemon.status.all_items import status_items
from agent.daemon.status.items import exit_code, overall
from wire.text import N_


@click.command(help=N_("What was done last, what waits, what is wrong. Asks no network."))
@click.pass_obj
def command(options: Options) -> int:
    app = open_app(options.home)
    try:
        items = status_items(app)
        show_items("lachan.status/1", app.clock.now(), items, as_json=options.json)
    finally:
        app.close()
    return exit_code(overall(items))
