"""`lachan-controller serve`: agents, pages, metrics, watch, until a signal."""

import click

from controller.app import serve
from controller.cli.options import Options
from controller.fleet.province import Province
from texts.catalogue import tr
from texts.shell import note
from wire.text import N_


@click.command(help=N_("Serve agents and people until stopped."))
@click.pass_obj
def command(options: Options) -> None:
    serve(options.home, _ready)


def _ready(province: Province) -> None:
    listen = province.config.listen
    note(
        tr(
            N_("Serving {url} (listening on {host}:{port}). Ctrl-C stops."),
            url=province.config.url,
            host=listen.host,
            port=listen.port,
        )
    )
