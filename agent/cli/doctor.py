"""`lachan-agent doctor`: what would stop the agent, with the command that mends it."""

import click

from agent.cli.items import show_items
from agent.cli.options import Options
from agent.clock import SystemClock
from agent.daemon.status.doctor import doctor_items
from agent.daemon.status.items import exit_code, overall
from texts.catalogue import tr
from texts.shell import progress
from wire.errors import CONFIGURATION
from wire.text import N_


@click.command(help=N_("Look for what would stop the agent, with the remedy."))
@click.pass_obj
def command(options: Options) -> int:
    clock = SystemClock()
    with progress(tr(N_("Looking"))):
        items = doctor_items(options.home, clock)
    show_items("lachan.doctor/1", clock.now(), items, as_json=options.json)
    if not options.home.agent_yaml.exists():
        return CONFIGURATION
    return exit_code(overall(items))
