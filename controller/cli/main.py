"""`lachan-controller`: the table of commands; each is loaded only when it is called."""

import importlib
import os
import sys
from importlib import metadata
from typing import NoReturn

import click

from controller.cli.options import add_shared_options
from texts.catalogue import language_from, tr
from texts.shell import run_program, speak
from wire.text import N_

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("controller.cli.init", N_("Make a new controller: keys, certificates, log.")),
    "serve": ("controller.cli.serve", N_("Serve agents and people until stopped.")),
    "doctor": ("controller.cli.doctor", N_("Look for what would stop the controller.")),
    "facility": ("controller.cli.facility", N_("Facilities of the province.")),
    "system": ("controller.cli.system", N_("Information systems and their levels.")),
    "token": ("controller.cli.token", N_("Single-use tokens by which servers join.")),
    "agent": ("controller.cli.agent", N_("Enrolled servers.")),
    "user": ("controller.cli.user", N_("People who may log in.")),
    "policy": ("controller.cli.policy", N_("Catalogues of controls.")),
    "score": ("controller.cli.score", N_("Score systems against their catalogue.")),
    "drill": ("controller.cli.drill", N_("Order drills and see what became of them.")),
    "export": ("controller.cli.export", N_("Hand out evidence that verifies offline.")),
    "db": ("controller.cli.db", N_("The database's version.")),
}
"""Name -> module that holds its `command`, and the line that `--help` shows."""


class LazyGroup(click.Group):
    """A group that knows its commands' names without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command: click.Command = importlib.import_module(module).command
        return add_shared_options(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section(tr(N_("Commands"))):
            formatter.write_dl([(name, tr(line)) for name, (_, line) in COMMANDS.items()])


def root_command() -> LazyGroup:
    group = LazyGroup(
        help=N_("Keep, score and show the evidence of a province."),
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    )
    add_shared_options(group, environment="LACHAN_HOME")
    group.params.append(_version_option())
    return group


def main() -> NoReturn:
    speak(language_from(sys.argv[1:], dict(os.environ)))
    run_program(root_command(), "lachan-controller")


def _version_option() -> click.Option:
    return click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_version,
        help=tr(N_("Show the version.")),
    )


def _show_version(context: click.Context, _option: click.Parameter, value: object) -> None:
    if value and not context.resilient_parsing:
        click.echo(f"lachan-controller {metadata.version('lachan')}")
        context.exit()
